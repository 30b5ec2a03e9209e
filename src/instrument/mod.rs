//! The instruments: what a study found, as charts to look at.
//!
//! One file an instrument. Each takes numbers from [`study`](crate::study) and gives [`Chart`]s as data, which the page
//! draws, reads and exports, and tests hold to stored pictures. [`INSTRUMENTS`] is the list that the page has its tabs
//! from.

pub mod advisor;
pub mod batch;
pub mod descent;
pub mod focal;
pub mod gradients;
pub mod imbalance;
pub mod lovasz;
pub mod metrics;

use serde::Serialize;

use crate::paint::chart::Chart;

/// A panel of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instrument {
    /// The stable name, as in links.
    pub id: &'static str,
    /// The name on its tab.
    pub label: &'static str,
    /// What it answers.
    pub question: &'static str,
    /// What is seen and how to use it.
    pub about: &'static str,
}

/// All instruments, in the order of their tabs.
pub const INSTRUMENTS: &[Instrument] = &[
    Instrument {
        id: "focal",
        label: "Focal",
        question: "Whom does the focal loss still listen to?",
        about: "Focal loss multiplies cross-entropy by αₜ(1 − pₜ)^γ, so that what is already right counts less. The bars \
                are this scene's own pixels, by the probability pₜ that each gives to its true class. Drag γ and α on \
                the curves, and see which pixels are still heard.",
    },
    Instrument {
        id: "lovasz",
        label: "Lovász",
        question: "What does the Lovász sort weigh?",
        about: "Lovász losses sort all pixels by their error and weight each by what it would cost in IoU. Eight parts go \
                through that step by step, each on this scene: paint on, and the open one follows.",
    },
    Instrument {
        id: "descent",
        label: "Descent",
        question: "Which loss finds the lesion first?",
        about: "Up to six losses start from the same logits and each follows its own gradient. Free logits are no network: \
                every pixel moves by itself, and what one learns helps no other. The filters are a very small one: eight \
                and then one 3 × 3 filter over the scene's image share their weights among all pixels, so that the many \
                drown the few. Neither tells which loss is best for your data; both show what a gradient does.",
    },
    Instrument {
        id: "imbalance",
        label: "Imbalance",
        question: "Where does each loss go blind?",
        about: "One thing about this scene is changed from little to much, for the losses on the cards: how much of the \
                gradient the foreground holds, how strong the gradient is, and the value. Or one loss is measured over two \
                parameters at once. Painting goes on meanwhile; what is measured is a copy of the scene.",
    },
    Instrument {
        id: "batch",
        label: "Batch",
        question: "What is averaged: images or pixels?",
        about: "A loss of overlap adds up over something, and a Lovász loss sorts it: each image by itself, with a mean \
                over images, or all pixels of the batch as one. Paint up to four images and see both numbers, who gets \
                the gradient, and what a class costs that is not there. The image you choose is the one that is painted \
                and that all other tabs are about. Each has its own undo, temperature, bias and noise; soft edges and \
                the settings of losses hold for all.",
    },
    Instrument {
        id: "metrics",
        label: "Metrics",
        question: "Does a smaller loss mean a better segmentation?",
        about: "Networks are trained by a loss and judged by a metric. Paint on, and watch both: every stroke leaves a \
                dot, and one that a loss rewards while the metric falls is flagged, to be played again.",
    },
    Instrument {
        id: "gradients",
        label: "Gradients",
        question: "Where does a loss pull, and when does it let go?",
        about: "A loss moves a network by its gradient alone. Choose one loss to see how hard it pulls at pixels of each \
                probability, what each term of a compound adds to that, what is left of it where the prediction is \
                confidently wrong, and what float16 would make of its sums.",
    },
    Instrument {
        id: "advisor",
        label: "Advisor",
        question: "Which losses would be worth a try here?",
        about: "Rules of thumb from papers give points to losses by what the truth of this scene is like and by three \
                answers of yours. Each reason names its source, and is tested on this very scene: one that the scene \
                contradicts does not count. This is one scene and no data set. In a comparison of 20 losses on four tasks \
                none was best everywhere, and sums of two were the most robust (Ma et al. 2021): take the list as where to \
                begin, and let your validation set decide.",
    },
];

/// What an open instrument shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Panel {
    /// In order.
    pub charts: Vec<Chart>,
    /// Likewise.
    pub tables: Vec<TableReadout>,
    /// Sentences for people.
    pub remarks: Vec<String>,
    /// Strokes to look at again.
    pub flags: Vec<Flag>,
    /// Pictures of the scene's size.
    pub stills: Vec<Still>,
    /// RGBA of the stills, one after the other, which travels beside the numbers.
    #[serde(skip)]
    pub pixels: Vec<u8>,
}

/// A picture's name and number.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Still {
    /// What it shows.
    pub name: String,
    /// What is said beside it.
    pub text: String,
    /// Its colour in the charts, as CSS; empty where it has none.
    pub colour: String,
}

/// A stroke that a loss and a metric disagree on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Flag {
    /// Which, counted from the scene's opening.
    pub stop: usize,
    /// What they disagree on, as a sentence.
    pub text: String,
}

/// Numbers under names, as text.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct TableReadout {
    /// What it answers.
    pub title: String,
    /// The first column is names.
    pub columns: Vec<String>,
    /// The entries.
    pub rows: Vec<Vec<String>>,
}

/// Items as one says them: "a, b and c".
fn listed(items: &[impl AsRef<str>]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match &items[..] {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instrument_has_a_name_of_its_own_and_asks_something() {
        for (at, instrument) in INSTRUMENTS.iter().enumerate() {
            assert_eq!(INSTRUMENTS.iter().position(|other| other.id == instrument.id), Some(at));
            assert!(
                instrument.question.ends_with('?') && instrument.about.ends_with('.'),
                "{}",
                instrument.id
            );
            assert!(instrument.id.chars().all(|letter| letter.is_ascii_lowercase()), "links stay plain");
        }
    }
}
