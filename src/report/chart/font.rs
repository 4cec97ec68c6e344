//! The font, carried in the program: none needs to be installed.

use plotters::style::{FontStyle, register_font};

use super::ChartError;

/// The name under which plotters knows it.
pub const FAMILY: &str = "DejaVu Sans";
/// plotters takes the height from descender to ascender for the size of a font; SVG takes the em. The ratio of the two for DejaVu.
pub const LINE_PER_EM: f64 = 0.928 + 0.236;

/// Makes the font known to plotters.
pub fn register() -> Result<(), ChartError> {
    let fonts = [
        (FontStyle::Normal, dejavu::sans::regular()),
        (FontStyle::Bold, dejavu::sans::bold()),
    ];
    for (style, bytes) in fonts {
        register_font(FAMILY, style, bytes).map_err(|_| ChartError::Font)?;
    }
    Ok(())
}
