//! Numbers into colour: slices in, pixels and charts out, with no knowledge of the session.
//!
//! - [`theme`]: the two palettes of the page; [`number`]: numbers as text;
//! - [`colormap`]: gradients of colour, made even to the eye once and then only looked up;
//! - [`heatmap`]: one signed value per pixel to RGBA bytes, and the legend that goes with it;
//! - [`picture`]: labels and probabilities to RGBA bytes, over a photograph if there is one;
//! - [`chart`]: line drawings, generic over the `plotters` backend that receives them.
//!
//! Pictures are bytes for `putImageData` and may be made in a worker. Charts are drawn on the page, where
//! `plotters-canvas` has its canvas; in tests the same functions write SVG.

pub mod chart;
pub mod colormap;
pub mod heatmap;
pub mod number;
mod oklab;
pub mod picture;
pub mod theme;

pub use heatmap::Scale;
pub use theme::Theme;

/// An opaque colour in sRGB.
pub type Rgb = [u8; 3];

/// A colour in sRGB with straight (not premultiplied) alpha, as a canvas stores it.
pub type Rgba = [u8; 4];
