//! A plotters backend that writes small SVG: tenths of a pixel, dashes, text as text in a list of fonts.
//!
//! plotters' own SVG backend knows whole pixels only, draws a dashed line as one element per dash, and names one font family.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::fmt::Write;
use std::rc::Rc;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontStyle,
};

/// plotters' coordinates per pixel.
pub const UNIT: i32 = 10;
/// What a viewer looks for: the font the layout was measured with, then the nearest to it in width.
const FAMILIES: &str = "DejaVu Sans, Verdana, sans-serif";
/// The height of DejaVu's capitals, in ems: what is aligned when text is aligned.
const CAPITALS: f64 = 0.73;

/// What has been drawn so far; clones share it.
#[derive(Clone, Default)]
pub struct Sink {
    body: Rc<RefCell<String>>,
    dash: Rc<Cell<&'static str>>,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Sink {
    /// How lines are dashed from now on: a `stroke-dasharray`, or empty.
    pub fn set_dash(&self, dash: &'static str) {
        self.dash.set(dash);
    }

    /// The finished picture, of a size in pixels.
    pub fn document(&self, width: i32, height: i32) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"{FAMILIES}\" stroke-linejoin=\"round\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{}</svg>\n",
            self.body.borrow()
        )
    }

    fn element(&self, name: &str, shape: &str, paint: &str) -> Drawn {
        let _ = writeln!(self.body.borrow_mut(), "<{name} {shape} {paint}/>"); // writing to a string cannot fail
        Ok(())
    }

    fn stroke<S: BackendStyle>(&self, style: &S) -> String {
        let mut paint = format!("fill=\"none\" {}", colour("stroke", style.color()));
        let _ = write!(
            paint,
            " stroke-width=\"{}\"",
            tenths(style.stroke_width() as i32)
        );
        if !self.dash.get().is_empty() {
            let _ = write!(paint, " stroke-dasharray=\"{}\"", self.dash.get());
        }
        paint
    }
}

/// A coordinate in pixels with at most one decimal.
fn tenths(v: i32) -> String {
    let (sign, v) = if v < 0 { ("-", -v) } else { ("", v) };
    match v % UNIT {
        0 => format!("{sign}{}", v / UNIT),
        rest => format!("{sign}{}.{rest}", v / UNIT),
    }
}

fn colour(attribute: &str, colour: BackendColor) -> String {
    let (r, g, b) = colour.rgb;
    let mut out = format!("{attribute}=\"#{r:02x}{g:02x}{b:02x}\"");
    if colour.alpha < 1.0 {
        let _ = write!(out, " {attribute}-opacity=\"{:.2}\"", colour.alpha);
    }
    out
}

fn points<I: IntoIterator<Item = BackendCoord>>(path: I) -> String {
    let points: Vec<String> = path
        .into_iter()
        .map(|(x, y)| format!("{},{}", tenths(x), tenths(y)))
        .collect();
    format!("points=\"{}\"", points.join(" "))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

impl DrawingBackend for Sink {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (u32::from(u16::MAX), u32::from(u16::MAX)) // the document is cut to what was used
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn {
        let shape = format!(
            "x=\"{}\" y=\"{}\" width=\"0.1\" height=\"0.1\"",
            tenths(at.0),
            tenths(at.1)
        );
        self.element("rect", &shape, &colour("fill", color))
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        a: BackendCoord,
        b: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (x, y) = (a.0.min(b.0), a.1.min(b.1));
        let (w, h) = ((a.0 - b.0).abs(), (a.1 - b.1).abs());
        let shape = format!(
            "x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
            tenths(x),
            tenths(y),
            tenths(w),
            tenths(h)
        );
        let paint = if fill {
            colour("fill", style.color())
        } else {
            self.stroke(style)
        };
        self.element("rect", &shape, &paint)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.element("polyline", &points(path), &self.stroke(style))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        at: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let shape = format!(
            "cx=\"{}\" cy=\"{}\" r=\"{}\"",
            tenths(at.0),
            tenths(at.1),
            tenths(radius as i32)
        );
        let paint = if fill {
            colour("fill", style.color())
        } else {
            self.stroke(style)
        };
        self.element("circle", &shape, &paint)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.element("polygon", &points(path), &colour("fill", style.color()))
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let size = style.size();
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let below = match style.anchor().v_pos {
            VPos::Top => size * CAPITALS,
            VPos::Center => size * CAPITALS / 2.0,
            VPos::Bottom => 0.0,
        };
        let weight = if matches!(style.style(), FontStyle::Bold) {
            " font-weight=\"bold\""
        } else {
            ""
        };
        let (x, y) = (tenths(at.0), tenths(at.1 + below.round() as i32));
        let fill = colour("fill", style.color());
        let size = tenths(size.round() as i32);
        let text = escaped(text);
        let _ = writeln!(
            self.body.borrow_mut(),
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{anchor}{weight} {fill}>{text}</text>"
        );
        Ok(())
    }
}
