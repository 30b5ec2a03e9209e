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
    /// Which settings the losses had: only values of equal settings are compared.
    settings: u32,
    pixels: Option<Rc<(Logits, Labels)>>,
}

/// All stops since the scene was opened.
#[derive(Debug, Default)]
pub(super) struct Trail {
    seen: VecDeque<Seen>,
    /// How many were forgotten.
    forgotten: usize,
    settings: u32,
    /// A stroke has ended that is not seen yet.
    due: bool,
}

impl Trail {
    /// Another scene: the way begins anew.
    pub(super) fn restart(&mut self) {
        *self = Self { settings: self.settings, due: true, ..Self::default() };
    }

    /// A stroke or another step has ended.
    pub(super) fn step(&mut self) {
        self.due = true;
    }

    /// The losses have other settings, or others are on show: values from before are no longer compared.
    pub(super) fn settings_changed(&mut self) {
        self.settings += 1;
        self.due = true;
    }

    /// Whether the next frame is a stop.
    pub(super) fn is_due(&self) -> bool {
        self.due || self.seen.is_empty()
    }

    pub(super) fn see(&mut self, stop: Stop, logits: &Logits, labels: &Labels) {
        self.due = false;
        let pixels = Some(Rc::new((logits.clone(), labels.clone())));
        self.seen.push_back(Seen { stop, settings: self.settings, pixels });
        if self.seen.len() > MOST {
            self.seen.pop_front();
            self.forgotten += 1;
        }
        if let Some(old) = self.seen.len().checked_sub(PLAYABLE + 1) {
            self.seen[old].pixels = None;
        }
    }

    /// Losses against the metric along the way, under the settings that they have now.
    pub(super) fn scatter(&self) -> Chart {
        let now = self.seen.iter().filter(|seen| seen.settings == self.settings);
        let stops: Vec<Stop> = now.map(|seen| seen.stop.clone()).collect();
        scatter(&stops)
    }

    /// The strokes that a loss and the metric disagree on, the latest first.
    pub(super) fn flags(&self) -> Vec<Flag> {
        let pairs = self.seen.iter().zip(self.seen.iter().skip(1)).enumerate();
        let compared =
            pairs.filter(|(_, (before, after))| before.settings == after.settings && before.pixels.is_some());
        let mut flags: Vec<Flag> = compared
            .filter_map(|(i, (before, after))| {
                let odds = at_odds(&before.stop, &after.stop);
                let said: Vec<String> = odds
                    .iter()
                    .map(|(name, improved)| {
                        format!("{name} {}", if *improved { "improved" } else { "got worse" })
                    })
                    .collect();
                let iou = |stop: &Stop| stop.iou.map_or_else(String::new, short);
                let stroke = self.forgotten + i + 1;
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
        let after = replay.stop.checked_sub(self.forgotten)?;
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
