//! The instruments: what a study found, as charts to look at.
//!
//! One file an instrument. Each takes numbers from [`study`](crate::study) and gives [`Chart`](crate::paint::chart::Chart)s
//! as data, which the page draws, reads and exports, and tests hold to stored pictures.
