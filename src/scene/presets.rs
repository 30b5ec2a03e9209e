//! Scenes to begin with: one real, the others made, each for what it shows about the losses.
//!
//! The made ones are functions of the place in a unit square, so they look the same at every size.

use std::io::Cursor;

use ndarray::{Array2, Array3, Array4, Axis};

use super::shapes::{Blob, Curves, bump};
use super::soften::soft_labels;
use super::texture::texture;
use super::{Labelling, Legend, LegendEntry, Scene, logits_of_probabilities};

/// A scene to begin with.
#[derive(Debug)]
pub struct Preset {
    /// The stable name.
    pub id: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// One sentence on what it shows.
    pub what: &'static str,
    /// 1 for a binary scene, else the number of classes, or of regions.
    pub channels: usize,
    /// Labels that its pixels may have.
    pub labelling: Labelling,
    /// Names of its classes or regions, that of 0 first; none of those past the end.
    names: &'static [&'static str],
    /// True if the scene is made for one fact, which it shows in numbers.
    pub fact: bool,
    make: fn(usize) -> Made,
}

impl Preset {
    /// The smallest side of a made scene: below, the tiny lesion has too few pixels to be 0.3 % of them.
    pub const SMALLEST: usize = 64;
    /// The largest side of a made scene, in pixels.
    pub const LARGEST: usize = 256;
    /// Side of a made scene unless another is asked for, in pixels: a projector shows it well.
    pub const DEFAULT_SIZE: usize = 128;

    /// The scene, `size` pixels a side, brought within 64..256. The real one has a size of its own.
    pub fn build(&self, size: usize) -> Scene {
        let (labels, painted, photo) = (self.make)(size.clamp(Self::SMALLEST, Self::LARGEST));
        let labels = labels.insert_axis(Axis(0));
        Scene {
            title: self.title.to_owned(),
            preset: Some(self.id),
            labelling: self.labelling,
            labels,
            painted,
            photo,
            legend: Legend { classes: self.names.iter().map(named).collect(), ignored: None },
            weights: None,
            began_without_truth: false,
        }
    }
}

/// The preset the page opens with. Of those that fill a picture it sets the losses furthest apart (cross-entropy 0.1,
/// Dice 0.5), and it shows at once what there is to do: join the pieces, and watch.
pub const DEFAULT_PRESET: &str = "thin-vessel";

/// The preset of an id.
pub fn preset(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
}

/// All presets, in the order in which to show them.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "coins",
        title: "Coins",
        what: "A real photograph with the probabilities of a really fitted, weak model: holes in dark coins, a false \
               corner, outlines a pixel off. Photo: Brooklyn Museum, no known copyright restrictions.",
        channels: 1,
        labelling: Labelling::OneClass,
        names: &[],
        fact: false,
        make: coins,
    },
    Preset {
        id: "balanced-disc",
        title: "Balanced disc",
        what: "Foreground and background are about as large and the prediction nearly fits: the losses \
               largely agree on where it is wrong.",
        channels: 1,
        labelling: Labelling::OneClass,
        names: &[],
        fact: false,
        make: balanced_disc,
    },
    Preset {
        id: "tiny-lesion",
        title: "Tiny lesion",
        what: "Only 0.3 % is foreground and the prediction all but misses it: cross-entropy is small all the same, \
               Dice and Jaccard are not.",
        channels: 1,
        labelling: Labelling::OneClass,
        names: &[],
        fact: false,
        make: tiny_lesion,
    },
    Preset {
        id: "thin-vessel",
        title: "Thin vessel",
        what: "A thin structure is all boundary: where the prediction is broken, overlap is lost at once, and \
               cross-entropy hardly moves.",
        channels: 1,
        labelling: Labelling::OneClass,
        names: &[],
        fact: false,
        make: thin_vessel,
    },
    Preset {
        id: "shifted-boundary",
        title: "Shifted boundary",
        what: "The right shape in the wrong place: a confident prediction is wrong in two crescents, one missed and \
               one false.",
        channels: 1,
        labelling: Labelling::OneClass,
        names: &[],
        fact: false,
        make: shifted_boundary,
    },
    Preset {
        id: "empty-truth",
        title: "Empty truth",
        what: "There is nothing to find and the prediction faintly finds something: what is the Dice of an empty mask?",
        channels: 1,
        labelling: Labelling::OneClass,
        names: &[],
        fact: false,
        make: empty_truth,
    },
    Preset {
        id: "rare-class",
        title: "Three classes, one rare",
        what: "Class 2 has 1 % of the pixels and half of it is taken for class 1: a mean over classes sees that, a \
               mean over pixels hardly.",
        channels: 3,
        labelling: Labelling::OneClass,
        names: &[],
        fact: false,
        make: rare_class,
    },
    Preset {
        id: "nested-regions",
        title: "Nested regions",
        what: "A tumour, its core in it and an enhancing spot in that: three regions with a sigmoid each, several at one pixel. \
               Every loss is the mean over the three, so the smallest weighs as much as the whole.",
        channels: 3,
        labelling: Labelling::Regions,
        names: &["none", "whole tumour", "tumour core", "enhancing tumour"],
        fact: false,
        make: nested_regions,
    },
    Preset {
        id: "even-odds",
        title: "p = 0.5 everywhere",
        what: "16 of 4096 pixels are foreground and nothing is known yet. Cross-entropy and focal give the foreground \
               0.39 % of their gradient, as many as its pixels; Dice and Jaccard give it half.",
        channels: 1,
        labelling: Labelling::OneClass,
        names: &[],
        fact: true,
        make: even_odds,
    },
    Preset {
        id: "easy-pixels",
        title: "Every pixel right at 0.9",
        what: "The true class has p = 0.9 at every pixel. The focal loss with γ = 2 is 100 times smaller than \
               cross-entropy: (1 − 0.9)² of it.",
        channels: 1,
        labelling: Labelling::OneClass,
        names: &[],
        fact: true,
        make: easy_pixels,
    },
    Preset {
        id: "two-values",
        title: "Dice sees two kinds of pixels",
        what: "By the probability the gradient of Dice takes just two values, one on the foreground and one off it, \
               however right or wrong a pixel is. That of cross-entropy tells pixels apart.",
        channels: 1,
        labelling: Labelling::OneClass,
        names: &[],
        fact: true,
        make: two_values,
    },
    Preset {
        id: "two-pixels",
        title: "Lovász hinge of two pixels",
        what: "The left pixel is foreground. With the errors m₁ = 1 − z₁ and m₂ = 1 + z₂, not below 0, the loss is \
               max(m₁, (m₁ + m₂)/2): here 1.5, where the plain hinge is their mean, 0.9. Pin a pixel and move its \
               probability to walk on that surface.",
        channels: 1,
        labelling: Labelling::OneClass,
        names: &[],
        fact: true,
        make: two_pixels,
    },
    Preset {
        id: "uncertain-edge",
        title: "An edge nobody is sure of",
        what: "The truth has soft edges and the prediction is exactly as unsure. Cross-entropy is at its least and asks \
               for no change; Dice still pushes every pixel of the edge to 0 or to 1. Its conventions offer another form for \
               soft labels, which is 0 here.",
        channels: 1,
        labelling: Labelling::OneClass,
        names: &[],
        fact: true,
        make: uncertain_edge,
    },
];

/// Labels, painted logits and a photograph.
type Made = (Array2<u8>, Array4<f32>, Option<Vec<u8>>);

/// A square scene from what each place is and the logits it has.
fn square<const C: usize>(
    size: usize,
    label: impl Fn(f64, f64) -> u8,
    logits: impl Fn(f64, f64) -> [f64; C],
) -> Made {
    let place = |pixel: usize| (pixel as f64 + 0.5) / size as f64;
    let labels = Array2::from_shape_fn((size, size), |(y, x)| label(place(x), place(y)));
    let mut painted = Array4::zeros((1, C, size, size));
    for y in 0..size {
        for x in 0..size {
            let logits = logits(place(x), place(y));
            // Centred, as all logits of a scene are.
            let mean = if C > 1 { logits.iter().sum::<f64>() / C as f64 } else { 0.0 };
            for (channel, z) in logits.iter().enumerate() {
                painted[[0, channel, y, x]] = (z - mean) as f32;
            }
        }
    }
    (labels, painted, None)
}

/// The side of scenes that show a number of so many pixels.
const FACT_SIDE: usize = 64;

fn even_odds(_: usize) -> Made {
    let middle = (FACT_SIDE / 2 - 2) as f64 / FACT_SIDE as f64..(FACT_SIDE / 2 + 2) as f64 / FACT_SIDE as f64;
    square(FACT_SIDE, |u, v| (middle.contains(&u) && middle.contains(&v)).into(), |_, _| [0.0])
}

fn easy_pixels(_: usize) -> Made {
    let disc = Blob::disc(0.5, 0.5, 0.3);
    // logit(0.9)
    let sure = 9f64.ln();
    square(
        FACT_SIDE,
        |u, v| disc.contains(u, v).into(),
        |u, v| [if disc.contains(u, v) { sure } else { -sure }],
    )
}

fn two_values(size: usize) -> Made {
    let truth = Blob::disc(0.5, 0.5, 0.3);
    square(
        size,
        |u, v| truth.contains(u, v).into(),
        |u, v| [1.8 * (truth.depth(u, v) / 0.12).tanh() + 2.6 * texture(71, 5.0, u, v)],
    )
}

fn two_pixels(_: usize) -> Made {
    let logits = Array4::from_shape_vec((1, 1, 1, 2), vec![-0.5, -0.7]);
    (Array2::from_shape_fn((1, 2), |(_, x)| u8::from(x == 0)), logits.unwrap_or_default(), None)
}

/// Width of the soft edge of the scene `uncertain-edge`, in pixels to either side.
pub const UNCERTAIN_EDGE: usize = 7;

/// The prediction is the share of foreground, as near as f32 logits come to 0 and 1.
fn uncertain_edge(_: usize) -> Made {
    let disc = Blob::disc(0.5, 0.5, 0.27);
    let (labels, ..) = square(2 * FACT_SIDE, |u, v| disc.contains(u, v).into(), |_, _| [0.0]);
    let shares = soft_labels(&labels.clone().insert_axis(Axis(0)), 1, UNCERTAIN_EDGE);
    let logit = |share: &f32| {
        let share = f64::from(*share).clamp(1e-7, 1.0 - 1e-7);
        (share / (1.0 - share)).ln() as f32
    };
    let painted = shares.map(logit);
    (labels, painted, None)
}

fn balanced_disc(size: usize) -> Made {
    let truth = Blob::disc(0.5, 0.5, 0.36);
    let found = Blob { u: 0.525, v: 0.485, radius: 0.365, two: (0.09, 0.4), three: (0.04, 2.0) };
    square(
        size,
        |u, v| truth.contains(u, v).into(),
        |u, v| [3.4 * (found.depth(u, v) / 0.08).tanh() + 1.1 * texture(11, 5.0, u, v)],
    )
}

fn tiny_lesion(size: usize) -> Made {
    // π r² is 0.3 % of the square.
    let lesion = Blob::disc(0.627, 0.383, 0.0309);
    square(
        size,
        |u, v| lesion.contains(u, v).into(),
        |u, v| {
            let found = 3.6 * bump(u - 0.632, v - 0.378, 0.042);
            let false_alarm = 3.7 * bump(u - 0.3, v - 0.66, 0.05);
            [-4.1 + found + false_alarm + 0.9 * texture(21, 8.0, u, v)]
        },
    )
}

/// A trunk and its branches, each with its width at a side of 128 pixels.
fn vessel(size: usize) -> Curves {
    let mut curve = Curves::new(size);
    for (width, points) in [
        (2.1, [(-0.02, 0.80), (0.22, 0.86), (0.30, 0.55), (0.52, 0.50)]),
        (1.9, [(0.52, 0.50), (0.70, 0.46), (0.76, 0.24), (1.02, 0.20)]),
        (1.5, [(0.257, 0.691), (0.30, 0.45), (0.18, 0.34), (0.24, 0.10)]),
        (1.4, [(0.52, 0.50), (0.62, 0.62), (0.62, 0.76), (0.84, 0.88)]),
        (1.2, [(0.74, 0.35), (0.68, 0.22), (0.56, 0.20), (0.52, 0.06)]),
        (1.1, [(0.635, 0.69), (0.74, 0.66), (0.82, 0.66), (0.95, 0.58)]),
        (1.0, [(0.242, 0.395), (0.32, 0.32), (0.40, 0.34), (0.44, 0.26)]),
    ] {
        curve.add(width / 128.0, points);
    }
    curve
}

fn thin_vessel(size: usize) -> Made {
    let vessel = vessel(size);
    square(
        size,
        |u, v| vessel.contains(u, v).into(),
        |u, v| {
            // Where the texture is low the vessel was not found.
            let found = ((texture(31, 6.5, u, v) + 0.32) / 0.3).clamp(0.0, 1.0);
            let near = (-(vessel.distance(u + 0.002, v - 0.003, 0.06) / 0.0125).powi(2)).exp();
            [-3.7 + 6.4 * found * near + 0.7 * near + 0.8 * texture(32, 9.0, u, v)]
        },
    )
}

fn shifted_boundary(size: usize) -> Made {
    let truth = Blob { u: 0.47, v: 0.52, radius: 0.25, two: (0.17, 0.9), three: (0.10, -0.8) };
    let found = Blob { u: truth.u + 0.05, v: truth.v - 0.03, ..truth };
    square(
        size,
        |u, v| truth.contains(u, v).into(),
        |u, v| [4.4 * (found.depth(u, v) / 0.03).tanh() + 0.6 * texture(41, 6.0, u, v)],
    )
}

fn empty_truth(size: usize) -> Made {
    square(
        size,
        |_, _| 0,
        |u, v| {
            let blob = 3.3 * bump(u - 0.42, v - 0.56, 0.085) + 1.6 * bump(u - 0.53, v - 0.49, 0.06);
            [-4.0 + blob + 0.9 * texture(51, 6.0, u, v)]
        },
    )
}

fn rare_class(size: usize) -> Made {
    let organ = Blob { u: 0.46, v: 0.53, radius: 0.28, two: (0.14, 0.2), three: (0.07, 1.7) };
    let found = Blob { u: 0.475, v: 0.52, radius: 0.275, two: (0.11, 0.4), three: (0.09, 1.5) };
    // π r² is 1 % of the square.
    let rare = Blob::disc(0.61, 0.43, 0.0564);
    square(
        size,
        |u, v| match (rare.contains(u, v), organ.contains(u, v)) {
            (true, _) => 2,
            (false, inside) => inside.into(),
        },
        |u, v| {
            let inside = 2.0 * (found.depth(u, v) / 0.05).tanh() + 0.6 * texture(61, 5.0, u, v);
            let hesitant = 6.2 * bump(u - 0.59, v - 0.442, 0.058) + 4.3 * bump(u - 0.3, v - 0.64, 0.045);
            [-inside, inside, -3.2 + hesitant + 0.7 * texture(65, 7.0, u, v)]
        },
    )
}

/// A label is the set of the regions at a place, and each has the logit of its own probability.
fn nested_regions(size: usize) -> Made {
    let whole = Blob { u: 0.47, v: 0.52, radius: 0.29, two: (0.13, 0.5), three: (0.06, 1.1) };
    let core = Blob { u: 0.5, v: 0.48, radius: 0.165, two: (0.12, 1.4), three: (0.05, 0.4) };
    let enhancing = Blob { u: 0.54, v: 0.45, radius: 0.075, two: (0.16, 0.8), three: (0.0, 0.0) };
    let truth = [whole, core, enhancing];
    // The whole is nearly found, the core is taken for larger, and half of the enhancing spot is missed.
    let found = [
        Blob { u: 0.485, v: 0.51, ..whole },
        Blob { u: 0.49, v: 0.5, radius: 0.19, ..core },
        Blob { u: 0.575, v: 0.425, radius: 0.066, ..enhancing },
    ];
    let (labels, ..) = square(
        size,
        |u, v| {
            (0..3).filter(|&region| truth[region].contains(u, v)).fold(0, |label, region| label | 1 << region)
        },
        |_, _| [0.0],
    );
    let place = |pixel: usize| (pixel as f64 + 0.5) / size as f64;
    let painted = Array4::from_shape_fn((1, 3, size, size), |(_, region, y, x)| {
        let (u, v) = (place(x), place(y));
        let (edge, height) = [(0.045, 3.4), (0.05, 2.8), (0.03, 2.6)][region];
        let false_alarm = if region == 2 { 4.2 * bump(u - 0.4, v - 0.6, 0.04) } else { 0.0 };
        let noise = 0.6 * texture(81 + region as u32, 6.0, u, v);
        (height * (found[region].depth(u, v) / edge).tanh() + false_alarm + noise) as f32
    });
    (labels, painted, None)
}

fn named(name: &&str) -> LegendEntry {
    LegendEntry { name: Some((*name).to_owned()), ..LegendEntry::default() }
}

/// Coins on a grey ground; `coins/README.md` tells where they come from.
fn coins(_: usize) -> Made {
    let ((height, width), photo) = grey(include_bytes!("coins/photo.png"));
    let (_, truth) = grey(include_bytes!("coins/truth.png"));
    let (_, prob) = grey(include_bytes!("coins/prob.png"));
    let labels = Array2::from_shape_fn((height, width), |(y, x)| u8::from(truth[y * width + x] > 127));
    let probs = Array3::from_shape_fn((1, height, width), |(_, y, x)| {
        let at = 2 * (y * width + x);
        f32::from(u16::from_be_bytes([prob[at], prob[at + 1]])) / f32::from(u16::MAX)
    });
    (labels, logits_of_probabilities(&probs), Some(photo))
}

/// The size `(height, width)` and the samples of a grey picture, of 8 bits or of 16, high byte first.
///
/// The pictures are part of the program, and a test decodes them: this cannot fail where that passed.
fn grey(bytes: &'static [u8]) -> ((usize, usize), Vec<u8>) {
    let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().expect("a PNG");
    let mut samples = vec![0; reader.output_buffer_size().expect("a picture that fits in memory")];
    let frame = reader.next_frame(&mut samples).expect("a whole PNG");
    ((frame.height as usize, frame.width as usize), samples)
}

#[cfg(test)]
mod tests;
