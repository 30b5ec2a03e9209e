//! Studies of losses that several panels, or the session, share. Those of one panel are in its folder.

pub mod by_probability;
pub mod descent;
pub mod pixel;
pub mod predictor;
pub mod set;
pub mod share;
pub mod strokes;
