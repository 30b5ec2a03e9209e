//! The way that a scene has come since it was opened: what every stroke did to losses and metric.

use std::collections::VecDeque;
use std::rc::Rc;

use super::edit::Replay;
use crate::field::{Labels, Logits};
use crate::instrument::Flag;
use crate::instrument::metrics::{Stop, at_odds, scatter};
use crate::paint::chart::Chart;
use crate::paint::number::short;

/// Stops that are remembered; older ones are forgotten.
const MOST: usize = 200;

/// Stops whose pixels are kept, to be played again: 256 × 256 take 320 KiB each.
const PLAYABLE: usize = 64;

/// What was seen when a stroke had ended.
#[derive(Debug)]
struct Seen {
    stop: Stop,
    /// How many strokes there were by then.
    strokes: usize,
    /// How masks were judged and what adjusted: only what was seen in the same way is compared.
    way: u32,
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

    pub(super) fn see(&mut self, stop: Stop, logits: &Logits, labels: &Labels) {
        self.due = false;
        let pixels = Some(Rc::new((logits.clone(), labels.clone())));
        // The same stroke seen again, with other losses, takes its own place. Seen in another way it is kept beside the
        // former one once, however often a slider moves.
        let mut latest = self.seen.iter().rev().take_while(|seen| seen.strokes == self.strokes);
        if latest.next().is_some_and(|last| last.way == self.way) || latest.next().is_some() {
            self.seen.pop_back();
        }
        self.seen.push_back(Seen { stop, strokes: self.strokes, way: self.way, pixels });
        if self.seen.len() > MOST {
            self.seen.pop_front();
        }
        if let Some(old) = self.seen.len().checked_sub(PLAYABLE + 1) {
            self.seen[old].pixels = None;
        }
    }

    /// Losses against the metric along the way, as far as they are the same as now.
    pub(super) fn scatter(&self) -> Chart {
        let now = self.seen.iter().filter(|seen| seen.way == self.way);
        scatter(&now.map(|seen| &seen.stop).collect::<Vec<_>>())
    }

    /// The strokes that a loss and the metric disagree on, the latest first.
    pub(super) fn flags(&self) -> Vec<Flag> {
        let pairs = self.seen.iter().zip(self.seen.iter().skip(1));
        let compared = pairs.filter(|(before, after)| before.way == after.way && before.pixels.is_some());
        let mut flags: Vec<Flag> = compared
            .filter_map(|(before, after)| {
                let odds = at_odds(&before.stop, &after.stop);
                let said: Vec<String> = odds
                    .iter()
                    .map(|(name, improved)| {
                        format!("{name} {}", if *improved { "improved" } else { "got worse" })
                    })
                    .collect();
                let iou = |stop: &Stop| stop.iou.map_or_else(String::new, short);
                let stroke = after.strokes;
                (!said.is_empty()).then(|| Flag {
                    stop: stroke,
                    text: format!(
                        "Stroke {stroke}: {} while IoU went from {} to {}.",
                        said.join(", "),
                        iou(&before.stop),
                        iou(&after.stop)
                    ),
                })
            })
            .collect();
        flags.reverse();
        flags
    }

    /// The scene at a moment of a stroke, from before (0) to after (1): logits on their way, labels half-way.
    pub(super) fn moment(&self, replay: Replay) -> Option<(Logits, Labels)> {
        let after = self.seen.iter().position(|seen| seen.strokes == replay.stop)?;
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
    use crate::instrument::metrics::Valued;

    fn seen(trail: &mut Trail, iou: f64, value: f64, z: f32) {
        assert!(trail.is_due());
        let losses = vec![Valued { name: "Dice".into(), made: "Dice".into(), value }];
        let stop = Stop { iou: Some(iou), losses };
        trail.see(stop, &Array4::from_elem((1, 1, 2, 2), z), &Array3::zeros((1, 2, 2)));
        assert!(!trail.is_due());
    }

    #[test]
    fn strokes_are_counted_and_other_ways_are_not_compared() {
        let mut trail = Trail::default();
        seen(&mut trail, 0.5, 0.5, 0.0);
        trail.step();
        seen(&mut trail, 0.4, 0.4, 1.0);
        trail.way_changed();
        seen(&mut trail, 0.4, 0.9, 1.0);
        trail.step();
        seen(&mut trail, 0.3, 0.8, 3.0);
        let flags = trail.flags();
        assert_eq!(flags.iter().map(|flag| flag.stop).collect::<Vec<_>>(), [2, 1]);
        assert!(flags[0].text.starts_with("Stroke 2: Dice improved while IoU went from 0.4000 to 0.3000"));
        let at = |stop, moment| trail.moment(Replay { stop, moment }).map(|(logits, _)| logits[[0, 0, 1, 1]]);
        assert_eq!((at(1, 0.25), at(2, 0.5), at(2, 7.0)), (Some(0.25), Some(2.0), Some(3.0)));
        assert_eq!((at(0, 0.5), at(3, 0.5)), (None, None), "nothing came before, and no third was made");
        let stops = trail.seen.len();
        for _ in 0..9 {
            trail.way_changed();
            seen(&mut trail, 0.3, 0.8, 3.0);
        }
        assert_eq!(trail.seen.len(), stops + 1);
        trail.losses_changed();
        seen(&mut trail, 0.3, 0.7, 3.0);
        assert_eq!(trail.flags().len(), 2, "the same stroke with other losses is no new one");
        trail.restart();
        assert!(trail.is_due() && trail.flags().is_empty());
    }

    #[test]
    fn old_strokes_can_no_longer_be_played() {
        let mut trail = Trail::default();
        for stroke in 0..MOST + 20 {
            seen(&mut trail, 1.0 / (stroke + 2) as f64, 1.0 / (stroke + 2) as f64, 0.0);
            trail.step();
        }
        assert_eq!(trail.seen.len(), MOST);
        assert_eq!(trail.flags().len(), PLAYABLE - 1);
        assert!(trail.moment(Replay { stop: 30, moment: 0.5 }).is_none());
    }
}
