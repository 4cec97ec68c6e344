//! The models and examples that are part of the binary.

/// A file that is part of the binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmbeddedFile {
    /// How scenarios and the command line call it: `node`, `hosts/linux-vm`, `quickstart`.
    pub name: &'static str,
    /// Where it is in the repository, and where `crossover init` writes it: `models/node.toml`.
    pub path: &'static str,
    /// Everything it says.
    pub text: &'static str,
}

impl EmbeddedFile {
    /// What it is, in a line: its `title`, or else its first comment.
    #[must_use]
    pub fn title(&self) -> &'static str {
        let title = self.text.lines().find_map(|line| {
            let value = line.strip_prefix("title")?.trim_start().strip_prefix('=')?;
            value.trim().strip_prefix('"')?.split('"').next()
        });
        let comment = || self.text.lines().find_map(|line| line.strip_prefix('#'));
        title.or_else(comment).unwrap_or_default().trim()
    }
}

macro_rules! files {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(EmbeddedFile {
            name: $name,
            path: concat!($folder, "/", $name, ".toml"),
            text: include_str!(concat!("../../", $folder, "/", $name, ".toml")),
        }),*]
    };
}

const MODELS: &[EmbeddedFile] = files!("models":
    "ideal",
    "node",
    "node-http",
    "node-cluster",
    "node-pm2",
    "node-worker-threads",
    "django-sync",
    "django-gthread",
    "django-freethreaded",
    "django-gevent",
    "django-asgi",
    "django-asgi-sync-views",
    "django-uwsgi",
    "django-mod-wsgi",
    "django-runserver",
    "postgres",
    "redis",
    "http-api",
    "hosts/linux-vm",
    "languages",
);

const EXAMPLES: &[EmbeddedFile] = files!("examples":
    "quickstart",
    "hello",
    "io-bound",
    "cpu-bound",
    "crossover-map",
    "mixed",
    "head-of-line",
    "closed-users",
    "techempower-json",
    "techempower-db",
    "techempower-query",
    "techempower-fortune",
    "blocking-chunks",
    "blocking-cluster",
    "libuv-pool",
    "pinned-connections",
    "gil-convoy",
    "switch-interval",
    "gthread-slow-calls",
    "asgi-bridging",
    "pool-held",
    "conn-max-age",
    "psycopg-pool",
    "free-threaded",
    "accept-overload",
    "gc-pauses",
    "heartbeat-kills",
    "silent-clients",
    "slow-clients",
    "worker-recycling",
    "worker-threads",
);

/// The embedded models, host models (`hosts/...`) and `languages`.
#[must_use]
pub fn models() -> &'static [EmbeddedFile] {
    MODELS
}

/// The embedded scenarios.
#[must_use]
pub fn examples() -> &'static [EmbeddedFile] {
    EXAMPLES
}

/// The embedded model of this name.
#[must_use]
pub fn model(name: &str) -> Option<&'static EmbeddedFile> {
    MODELS.iter().find(|file| file.name == name)
}

/// The embedded example of this name.
#[must_use]
pub fn example(name: &str) -> Option<&'static EmbeddedFile> {
    EXAMPLES.iter().find(|file| file.name == name)
}
