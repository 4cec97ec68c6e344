//! What reading gives, and what it says about mistakes.

mod embedded_files;
