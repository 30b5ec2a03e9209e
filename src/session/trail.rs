//! The way that a scene has come since it was opened: what it was after every stroke.

use std::collections::VecDeque;
use std::rc::Rc;

use super::edit::Replay;
use crate::field::{Labels, Logits};
use crate::metric::Confusion;
use crate::study::strokes::{Stop, Valued};

/// Stops that are remembered; older ones are forgotten.
const MOST: usize = 200;

/// Stops whose pixels are kept, to be played again: 256 × 256 take 320 KiB each.
const PLAYABLE: usize = 64;

/// What was seen when a stroke had ended.
#[derive(Debug)]
struct Seen {
    stop: Stop,
    pixels: Option<Rc<(Logits, Labels)>>,
}

/// All stops since the scene was opened.
#[derive(Debug, Default)]
pub(super) struct Trail {
    seen: VecDeque<Seen>,
    /// Strokes since the scene was opened.
    strokes: usize,
    way: u32,
    /// A stroke has ended that is not seen yet.
    due: bool,
}

impl Trail {
    /// Another scene: the way begins anew.
    pub(super) fn restart(&mut self) {
        *self = Self { way: self.way, due: true, ..Self::default() };
    }

    /// A stroke or another step has ended.
    pub(super) fn step(&mut self) {
        self.strokes += 1;
        self.due = true;
    }

    /// Other losses are on show, or some have other settings.
    pub(super) fn losses_changed(&mut self) {
        self.due = true;
    }

    /// Masks are judged or made in another way: what was seen before is no longer compared.
    pub(super) fn way_changed(&mut self) {
        self.way += 1;
        self.due = true;
    }

    /// Whether the next frame is a stop.
    pub(super) fn is_due(&self) -> bool {
        self.due || self.seen.is_empty()
    }

    pub(super) fn see(
        &mut self,
        counts: Vec<Confusion>,
        losses: Vec<Valued>,
        logits: &Logits,
        labels: &Labels,
    ) {
        self.due = false;
        let pixels = Some(Rc::new((logits.clone(), labels.clone())));
        // The same stroke seen again, with other losses, takes its own place. Seen in another way it is kept beside the
        // former one once, however often a slider moves.
        let stops = self.seen.iter().rev().map(|seen| &seen.stop);
        let mut latest = stops.take_while(|stop| stop.strokes == self.strokes);
        if latest.next().is_some_and(|last| last.epoch == self.way) || latest.next().is_some() {
            self.seen.pop_back();
        }
        let stop = Stop { strokes: self.strokes, epoch: self.way, counts, losses, playable: true };
        self.seen.push_back(Seen { stop, pixels });
        if self.seen.len() > MOST {
            self.seen.pop_front();
        }
        if let Some(old) = self.seen.len().checked_sub(PLAYABLE + 1) {
            self.seen[old].pixels = None;
            self.seen[old].stop.playable = false;
        }
    }

    /// All stops, the latest last.
    pub(super) fn stops(&self) -> Vec<&Stop> {
        self.seen.iter().map(|seen| &seen.stop).collect()
    }

    /// The scene at a moment of a stroke, from before (0) to after (1): logits on their way, labels half-way.
    pub(super) fn moment(&self, replay: Replay) -> Option<(Logits, Labels)> {
        let after = self.seen.iter().position(|seen| seen.stop.strokes == replay.stop)?;
        let pixels = |at: usize| self.seen.get(at)?.pixels.clone();
        let (before, after) = (pixels(after.checked_sub(1)?)?, pixels(after)?);
        if before.0.dim() != after.0.dim() {
            return None;
        }
        let t = replay.moment.clamp(0.0, 1.0) as f32;
        let logits = &before.0 + &((&after.0 - &before.0) * t);
        Some((logits, if t < 0.5 { before.1.clone() } else { after.1.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4};

    use super::*;

    fn seen(trail: &mut Trail, z: f32) {
        assert!(trail.is_due());
        let (logits, labels) = (Array4::from_elem((1, 1, 2, 2), z), Array3::zeros((1, 2, 2)));
        trail.see(Vec::new(), Vec::new(), &logits, &labels);
        assert!(!trail.is_due());
    }

    #[test]
    fn strokes_are_counted_and_seen_once_in_each_way() {
        let mut trail = Trail::default();
        seen(&mut trail, 0.0);
        trail.step();
        seen(&mut trail, 1.0);
        trail.way_changed();
        seen(&mut trail, 1.0);
        trail.step();
        seen(&mut trail, 3.0);
        let stops = |trail: &Trail| -> Vec<(usize, u32)> {
            trail.stops().iter().map(|stop| (stop.strokes, stop.epoch)).collect()
        };
        assert_eq!(stops(&trail), [(0, 0), (1, 0), (1, 1), (2, 1)]);
        let at = |stop, moment| trail.moment(Replay { stop, moment }).map(|(logits, _)| logits[[0, 0, 1, 1]]);
        assert_eq!((at(1, 0.25), at(2, 0.5), at(2, 7.0)), (Some(0.25), Some(2.0), Some(3.0)));
        assert_eq!((at(0, 0.5), at(3, 0.5)), (None, None), "nothing came before, and no third was made");
        for _ in 0..9 {
            trail.way_changed();
            seen(&mut trail, 3.0);
        }
        assert_eq!(stops(&trail), [(0, 0), (1, 0), (1, 1), (2, 1), (2, 10)]);
        trail.losses_changed();
        seen(&mut trail, 3.0);
        assert_eq!(trail.stops().len(), 5, "the same stroke with other losses is no new one");
        trail.restart();
        assert!(trail.is_due() && trail.stops().is_empty());
    }

    #[test]
    fn old_strokes_can_no_longer_be_played() {
        let mut trail = Trail::default();
        for _ in 0..MOST + 20 {
            seen(&mut trail, 0.0);
            trail.step();
        }
        let playable = trail.stops().iter().filter(|stop| stop.playable).count();
        assert_eq!((trail.stops().len(), playable), (MOST, PLAYABLE));
        assert!(trail.moment(Replay { stop: 30, moment: 0.5 }).is_none());
    }
}
