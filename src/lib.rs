//! Paint a mask. See what every segmentation loss sees.
//!
//! Lossfield computes the losses that semantic segmentation is trained with, and their gradients, on fields small
//! enough to be painted by hand. All of it is plain Rust; compiled to WebAssembly it drives a web page.
//!
//! ```
//! use lossfield::field::Field;
//! use lossfield::loss::{Loss, dice::DICE};
//! use ndarray::array;
//!
//! // One image, one channel (a binary task), 2 × 2 pixels.
//! let logits = array![[[[2.0f32, -1.0], [0.5, -3.0]]]];
//! let labels = array![[[1u8, 0], [1, 0]]];
//! let field = Field::new(logits.view(), labels.view(), None)?;
//!
//! let mut gradient = [0.0; 4];
//! let value = DICE.evaluate(&field, Some(&mut gradient));
//! assert!((value - 0.2128).abs() < 1e-4);
//! assert!(gradient[0] < 0.0, "a larger logit on the foreground lowers the loss");
//! # Ok::<(), lossfield::field::FieldError>(())
//! ```
//!
//! # Map
//!
//! Arrows run one way: a module knows those above it.
//!
//! - [`field`]: logits and labels, and what is derived from them once for all losses
//! - [`loss`]: the catalogue of losses, one file each
//! - [`library`]: the calls of reference libraries, said in our parameters, and our settings said in Python
//! - [`metric`]: what hard masks are judged by
//! - [`study`]: what one asks of a loss beyond its value and gradient, and how libraries differ on it
//! - [`scene`]: what is painted, and its edits; [`file`](mod@file): what is opened; [`paint`]: what is seen
//! - [`report`]: charts, tables and sentences by name; [`laboratory`]: what takes longer than a frame, in steps
//! - [`panel`]: one folder for each question, from its study to its sentences
//! - [`document`]: all that is made on the page as one value: kept, shared, undone, started from
//! - [`session`]: takes edits, gives updates
//! - `wasm`: the browser's door (on wasm32 only)
//!
//! # Conventions
//!
//! Logits are `[image, class, y, x]`, labels `[image, y, x]`. Storage is f32, arithmetic f64. A gradient is
//! d(loss)/d(logit) unless its name says otherwise.
//!
//! # Out of scope
//!
//! Training networks, volumes, and speed on large images: this is a microscope, not a training library.

pub mod document;
pub mod field;
pub mod file;
pub mod laboratory;
mod lenient;
pub mod library;
pub mod loss;
pub mod metric;
pub mod paint;
pub mod panel;
pub mod report;
pub mod scene;
pub mod session;
pub mod study;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
