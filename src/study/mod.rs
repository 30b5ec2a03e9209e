//! Studies of a loss beyond its value and gradient.

pub mod advice;
pub mod batch;
pub mod by_probability;
pub mod compare;
pub mod descent;
pub mod focal;
pub mod half_precision;
pub mod lovasz;
pub mod pixel;
pub mod predictor;
pub mod scene_facts;
pub mod share;
pub mod sweep;
pub mod vanishing;
