//! A scheduler of what takes longer than a frame: sweeps, descents and the like, one small step at a time.
//!
//! A panel makes an [`Experiment`] on a [`Snapshot`], a copy of the scene and of the losses on show, so that painting
//! goes on meanwhile. Whoever holds the [`Laboratory`] decides when to go on, and stops by letting go of it.

mod crop;
mod snapshot;

use std::fmt::Debug;

pub use crop::{Crop, LONGEST_SIDE};
pub use snapshot::{Arrays, Chosen, Named, Snapshot, SnapshotHeader};

use crate::paint::Theme;
use crate::report::Report;

/// Something that is found out in steps.
pub trait Experiment: Debug {
    /// Steps in all.
    fn total(&self) -> usize;

    /// Steps made.
    fn done(&self) -> usize;

    /// Makes one step. Refuses a scene that turns out not to have what is measured, with a sentence.
    fn advance(&mut self) -> Result<(), String>;

    /// Everything that is known after a step, or now.
    fn report(&self, step: Option<usize>) -> Report;

    /// Gives its pictures the colours of another theme from now on.
    fn repaint(&mut self, _: Theme) {}
}

/// One experiment under way.
#[derive(Debug)]
pub struct Laboratory {
    panel: &'static str,
    experiment: Box<dyn Experiment>,
    /// Columns and rows that it is made on.
    size: [usize; 2],
    /// Sentence that says which part of the scene it is made on, if it is one.
    part: Option<String>,
}

impl Laboratory {
    /// An experiment of a panel, before its first step, on a scene of so many columns and rows; `part` says which part of a
    /// larger one it is.
    pub fn new(
        panel: &'static str,
        experiment: Box<dyn Experiment>,
        size: [usize; 2],
        part: Option<String>,
    ) -> Self {
        Self { panel, experiment, size, part }
    }

    /// Steps in all.
    pub fn total(&self) -> usize {
        self.experiment.total()
    }

    /// Steps made.
    pub fn done(&self) -> usize {
        self.experiment.done()
    }

    /// Makes one step, if any is left. Refuses what the experiment refuses.
    pub fn advance(&mut self) -> Result<(), String> {
        if self.done() < self.total() { self.experiment.advance() } else { Ok(()) }
    }

    /// Everything that is known after a step, or now.
    pub fn report(&self, step: Option<usize>) -> Report {
        let report = self.experiment.report(step).with_texts("part", self.part.clone());
        Report { panel: self.panel, still_size: Some(self.size), ..report }
    }

    /// Gives its pictures the colours of another theme from now on.
    pub fn repaint(&mut self, theme: Theme) {
        self.experiment.repaint(theme);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default)]
    struct Count(usize);

    impl Experiment for Count {
        fn total(&self) -> usize {
            3
        }

        fn done(&self) -> usize {
            self.0
        }

        fn advance(&mut self) -> Result<(), String> {
            self.0 += 1;
            Ok(())
        }

        fn report(&self, step: Option<usize>) -> Report {
            Report::default().with_details(&step.unwrap_or(self.0))
        }
    }

    #[test]
    fn it_goes_on_step_by_step_and_stops_at_the_end() {
        let mut laboratory =
            Laboratory::new("count", Box::new(Count::default()), [3, 2], Some("A part.".into()));
        for step in 0..5 {
            assert_eq!(laboratory.done(), step.min(3));
            laboratory.advance().unwrap();
        }
        assert_eq!(laboratory.report(None).details, 3);
        assert_eq!(laboratory.report(None).texts["part"], ["A part."]);
        assert_eq!(laboratory.report(None).still_size, Some([3, 2]));
        assert_eq!((laboratory.report(Some(1)).details, laboratory.report(None).panel), (1.into(), "count"));
    }
}
