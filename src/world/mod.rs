//! The wiring of one simulation and its one event loop.
