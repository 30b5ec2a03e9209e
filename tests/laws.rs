//! What holds for every loss of the catalogue, whatever its settings, on any field.
//!
//! The tests walk [`lossfield::loss::LOSSES`], so a new loss is held to all of this without a test of its own. Each
//! runs with the defaults, with every parameter changed alone, and with every two changed together. Fields are drawn
//! by proptest from a fixed seed; `PROPTEST_RNG_SEED` and `PROPTEST_CASES` choose others and more.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test that panics fails, as it should")]
#![allow(clippy::float_cmp, reason = "what has to be the same is compared as the same")]

#[path = "laws/catalogue.rs"]
mod catalogue;
#[path = "laws/corners.rs"]
mod corners;
#[path = "laws/distribution.rs"]
mod distribution;
#[path = "laws/facts.rs"]
mod facts;
#[path = "laws/fields.rs"]
mod fields;
#[path = "laws/gradient.rs"]
mod gradient;
#[path = "laws/identities.rs"]
mod identities;
#[path = "laws/optimum.rs"]
mod optimum;
#[path = "laws/overlap.rs"]
mod overlap;
#[path = "laws/shares.rs"]
mod shares;
#[path = "laws/value.rs"]
mod value;
#[path = "laws/variants.rs"]
mod variants;
