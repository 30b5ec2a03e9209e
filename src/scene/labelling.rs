//! Labels that a pixel of a scene may have: one class, or several regions.

use super::SceneError;
use super::ink::{Ink, blend};
use crate::field::IGNORE;
use crate::field::regions::{MAX_REGIONS, has_region, set_of, topmost};

/// Labels that a pixel of a scene may have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Labelling {
    /// One class: a label is its id, and the logits of the pixel are of classes that exclude each other.
    #[default]
    OneClass,
    /// Any [regions](crate::field::regions): a label is a set of them, numbered from 1, and each has a logit of its own.
    Regions,
}

impl Labelling {
    /// Numbers that name something in a scene of so many channels: classes, with class 0; or regions, with 0 for none.
    pub fn classes(self, channels: usize) -> usize {
        match self {
            Self::OneClass => channels.max(2),
            Self::Regions => channels + 1,
        }
    }

    /// Channel that has the logit of a class or region; none of class 0 of a binary scene, and of no region.
    pub fn channel(self, class: usize, channels: usize) -> Option<usize> {
        match self {
            Self::OneClass if channels > 1 => Some(class),
            _ => class.checked_sub(1),
        }
        .filter(|&channel| channel < channels)
    }

    /// The class that a label is drawn as: of several regions the last.
    pub fn shown(self, label: u8) -> u8 {
        match self {
            Self::OneClass => label,
            Self::Regions => topmost(label),
        }
    }

    /// True if pixels of a scene of so many channels may have this label.
    pub(super) fn knows(self, label: u8, channels: usize) -> bool {
        let labels = match self {
            Self::OneClass => channels.max(2),
            Self::Regions => 1 << channels.min(MAX_REGIONS),
        };
        label == IGNORE || usize::from(label) < labels
    }

    /// Sentence of the labels that pixels of a scene of so many channels may have.
    pub(super) fn said(self, channels: usize) -> String {
        match self {
            Self::OneClass => {
                let classes = channels.max(2);
                format!("with {classes} classes a label is 0 to {}, or {IGNORE} to be ignored", classes - 1)
            }
            Self::Regions => format!(
                "with {channels} regions a label is the sum of 2^(r − 1) over its regions, 0 to {}, or {IGNORE} to be ignored",
                (1usize << channels) - 1
            ),
        }
    }

    /// Refuses a number of channels that no scene so labelled has.
    pub(super) fn check_channels(self, channels: usize) -> Result<(), SceneError> {
        match self {
            Self::OneClass => super::check_channels(channels),
            Self::Regions if (1..=MAX_REGIONS).contains(&channels) => Ok(()),
            Self::Regions => Err(SceneError(format!(
                "a scene of {channels} regions was asked for; it has 1 to {MAX_REGIONS}"
            ))),
        }
    }

    /// Label of a pixel once ink of the truth is on it. One that goes on the prediction leaves it.
    pub(super) fn painted(self, label: u8, ink: Ink) -> u8 {
        match (self, ink) {
            (_, Ink::Prediction { .. } | Ink::Weight { .. }) => label,
            (Self::OneClass, Ink::Truth { class })
            | (Self::Regions, Ink::Truth { class: class @ (0 | IGNORE) }) => class,
            (Self::OneClass, Ink::Outside { region }) => {
                if label == region {
                    0
                } else {
                    label
                }
            }
            (Self::Regions, Ink::Truth { class }) => {
                if label == IGNORE {
                    set_of(class)
                } else {
                    label | set_of(class)
                }
            }
            (Self::Regions, Ink::Outside { region }) => {
                if label == IGNORE {
                    label
                } else {
                    label & !set_of(region)
                }
            }
        }
    }

    /// True if a fill that begins at one label goes on to another: to the same label, and where a region is taken off to
    /// whatever has the region too.
    pub(super) fn fills(self, from: u8, to: u8, ink: Ink) -> bool {
        match (self, ink) {
            (Self::Regions, Ink::Outside { region }) => has_region(from, region) == has_region(to, region),
            _ => from == to,
        }
    }

    /// Moves the probability of a class towards `prob`, by `coverage` of the way: of a region by its own logit alone.
    pub(super) fn blend(self, logits: &mut [f64], class: u8, prob: f64, coverage: f64) {
        match self {
            Self::OneClass => blend(logits, class.into(), prob, coverage),
            Self::Regions => {
                if let Some(channel) = self.channel(class.into(), logits.len()) {
                    blend(&mut logits[channel..=channel], 1, prob, coverage);
                }
            }
        }
    }

    /// What a prediction is decided for at a pixel with these logits, as a fill that paints a class asks: the class; or
    /// whether the region is there.
    pub(super) fn decision(self, logits: impl Iterator<Item = f32>, class: u8) -> usize {
        let logits: Vec<f32> = logits.collect();
        match (self, &logits[..]) {
            (Self::OneClass, [z]) => usize::from(*z >= 0.0),
            (Self::OneClass, all) => {
                (1..all.len()).fold(0, |best, c| if all[c] > all[best] { c } else { best })
            }
            (Self::Regions, all) => {
                let own = self.channel(class.into(), all.len()).map_or(0.0, |channel| all[channel]);
                usize::from(own >= 0.0)
            }
        }
    }
}
