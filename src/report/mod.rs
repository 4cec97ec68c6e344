//! Tables, charts, verdicts and exports: pure functions of a [`Study`](crate::experiment::Study). Never sees the world.
