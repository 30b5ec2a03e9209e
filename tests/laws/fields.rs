//! Fields for the laws to hold on.

use lossfield::field::{Field, IGNORE, Labels, Logits, Shape, Task};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{RngSeed, TestCaseError, TestRunner};

/// All logits drawn here are multiples of this, and at most a few thousand of them: exact in f32, with room for a
/// step of [`STEP`] either way.
pub(crate) const QUANTUM: f32 = 1.0 / 1024.0;
/// The step of the central differences.
pub(crate) const STEP: f32 = 2.0 * QUANTUM;
/// How far a [`smooth_field`] keeps from every kink, in logits. The differences go two steps out.
pub(crate) const CLEARANCE: f64 = 4.0 * STEP as f64;

/// Runs a law on many draws, and panics with the smallest that breaks it.
pub(crate) fn for_all<S: Strategy>(
    cases: u32,
    strategy: S,
    law: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let mut config =
        ProptestConfig { failure_persistence: None, max_shrink_iters: 1000, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(2018);
    }
    if let Err(broken) = TestRunner::new(config).run(&strategy, law) {
        panic!("{broken}");
    }
}

/// Logits and labels of their own.
#[derive(Clone)]
pub(crate) struct Painted {
    pub(crate) shape: Shape,
    pub(crate) logits: Vec<f32>,
    pub(crate) labels: Vec<u8>,
    /// Soft labels, `[image, class, y, x]` like the logits, if there are any.
    pub(crate) shares: Option<Vec<f32>>,
}

/// On few lines, because proptest prints the smallest field that breaks a law.
impl std::fmt::Debug for Painted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}\nlogits {:?}\nlabels {:?}", self.shape, self.logits, self.labels)?;
        self.shares.as_ref().map_or(Ok(()), |shares| write!(f, "\nshares {shares:?}"))
    }
}

impl Painted {
    /// One image of one row.
    pub(crate) fn row(channels: usize, logits: &[f32], labels: &[u8]) -> Self {
        let shape = Shape { images: 1, channels, height: 1, width: labels.len() };
        Self { shape, logits: logits.to_vec(), labels: labels.to_vec(), shares: None }
    }

    /// Derives the field and looks at it.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&Field<'_>) -> T) -> T {
        let Shape { images, channels, height, width } = self.shape;
        let logits = Logits::from_shape_vec((images, channels, height, width), self.logits.clone()).unwrap();
        let labels = Labels::from_shape_vec((images, height, width), self.labels.clone()).unwrap();
        let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
        let Some(shares) = self.shares.clone() else { return look(&field) };
        let shares = Logits::from_shape_vec((images, channels, height, width), shares).unwrap();
        look(&field.with_soft_labels(shares.view()).unwrap())
    }

    /// The pixels `[image, y, x]`, each with its label and the places of its logits.
    pub(crate) fn pixels(&self) -> impl Iterator<Item = (u8, Vec<usize>)> + '_ {
        let shape = self.shape;
        self.labels.iter().enumerate().map(move |(at, &label)| {
            let (image, pixel) = (at / shape.pixels(), at % shape.pixels());
            (label, (0..shape.channels).map(|channel| shape.plane(image, channel).start + pixel).collect())
        })
    }

    /// Whether a label is the foreground of a channel.
    pub(crate) fn is_foreground(&self, label: u8, channel: usize) -> bool {
        usize::from(label) == if self.shape.task() == Task::Binary { 1 } else { channel }
    }

    /// The same labels under a prediction that is hard: `logit` where it says foreground, `−logit` elsewhere.
    pub(crate) fn predicting(&self, logit: f32, predicted: &[u8]) -> Self {
        let mut painted = self.clone();
        for ((_, logits), &predicted) in self.pixels().zip(predicted) {
            for (channel, at) in logits.into_iter().enumerate() {
                painted.logits[at] = if self.is_foreground(predicted, channel) { logit } else { -logit };
            }
        }
        painted
    }

    /// The labels as shares: 1 for the class that a label names, 0 for the others.
    pub(crate) fn with_certain_shares(&self) -> Self {
        let mut shares = vec![0.0; self.logits.len()];
        for (label, places) in self.pixels() {
            for (channel, at) in places.into_iter().enumerate() {
                shares[at] = f32::from(u8::from(self.is_foreground(label, channel)));
            }
        }
        Self { shares: Some(shares), ..self.clone() }
    }

    /// One image of the batch.
    pub(crate) fn image(&self, image: usize) -> Self {
        let shape = Shape { images: 1, ..self.shape };
        let pixels = shape.pixels();
        let of_logits = image * shape.logits()..(image + 1) * shape.logits();
        Self {
            shape,
            logits: self.logits[of_logits.clone()].to_vec(),
            labels: self.labels[image * pixels..(image + 1) * pixels].to_vec(),
            shares: self.shares.as_ref().map(|shares| shares[of_logits].to_vec()),
        }
    }
}

fn shapes(channels: impl Strategy<Value = usize>) -> impl Strategy<Value = Shape> {
    (1..=3usize, channels, 1..=6usize, 1..=6usize).prop_map(|(images, channels, height, width)| Shape {
        images,
        channels,
        height,
        width,
    })
}

/// As many binary fields as multi-class ones, of 2 to 5 classes.
fn channels() -> impl Strategy<Value = usize> {
    prop_oneof![Just(1usize), 2..=5usize]
}

/// Any labels; and often the degenerate: empty, full, one pixel, some or all ignored.
fn labels(shape: Shape) -> impl Strategy<Value = Vec<u8>> {
    let pixels = shape.images * shape.pixels();
    let classes = shape.classes() as u8;
    let all_counted = prop::collection::vec(0..classes, pixels);
    let with_ignored = prop::collection::vec(prop_oneof![3 => 0..classes, 1 => Just(IGNORE)], pixels);
    let one_pixel = any::<Index>().prop_map(move |at| {
        let mut labels = vec![0; pixels];
        labels[at.index(pixels)] = 1;
        labels
    });
    prop_oneof![
        6 => all_counted,
        6 => with_ignored,
        2 => one_pixel,
        1 => Just(vec![0; pixels]),
        1 => Just(vec![1; pixels]),
        1 => Just(vec![IGNORE; pixels]),
    ]
}

fn quantised(shape: Shape) -> impl Strategy<Value = Vec<i32>> {
    prop::collection::vec(-REACH..=REACH, shape.logits())
}

/// Logits go from −3 to 3.
const REACH: i32 = 3072;
/// By how much the logits of a pixel are moved away from a kink, by channel.
const STRIDES: [i32; 5] = [8, 24, 40, 56, 72];

fn painted(
    shape: Shape,
    labels: impl Strategy<Value = Vec<u8>>,
) -> impl Strategy<Value = (Shape, Vec<i32>, Vec<u8>)> {
    (Just(shape), quantised(shape), labels)
}

/// Any field of moderate logits.
pub(crate) fn any_field() -> impl Strategy<Value = Painted> {
    fields_of(channels())
}

/// Any binary field of moderate logits.
pub(crate) fn binary_field() -> impl Strategy<Value = Painted> {
    fields_of(Just(1))
}

fn fields_of(channels: impl Strategy<Value = usize>) -> impl Strategy<Value = Painted> {
    shapes(channels).prop_flat_map(|shape| painted(shape, labels(shape))).prop_map(
        |(shape, quanta, labels)| {
            let logits = quanta.iter().map(|&q| q as f32 * QUANTUM).collect();
            Painted { shape, logits, labels, shares: None }
        },
    )
}

/// Any field with logits that saturate everything there is, up to ±10⁴, and some that do not.
pub(crate) fn extreme_field() -> impl Strategy<Value = Painted> {
    let logit = prop_oneof![
        4 => -1e4f32..1e4,
        2 => -120f32..120.0,
        2 => -3f32..3.0,
        1 => prop::sample::select(vec![1e4f32, -1e4, 0.0, 1.0, -1.0, 1e-30, 16.7, -104.0, 709.0, -746.0]),
    ];
    shapes(channels()).prop_flat_map(move |shape| {
        (Just(shape), prop::collection::vec(logit.clone(), shape.logits()), labels(shape))
            .prop_map(|(shape, logits, labels)| Painted { shape, logits, labels, shares: None })
    })
}

/// Any field in which every image has all classes.
pub(crate) fn complete_field() -> impl Strategy<Value = Painted> {
    let shapes = shapes(channels()).prop_filter("room for all classes", |s| s.pixels() >= s.classes());
    shapes.prop_flat_map(|shape| painted(shape, labels(shape))).prop_map(|(shape, quanta, mut labels)| {
        for image in labels.chunks_mut(shape.pixels()) {
            for (label, class) in image.iter_mut().zip(0..shape.classes() as u8) {
                *label = class;
            }
        }
        let logits = quanta.iter().map(|&q| q as f32 * QUANTUM).collect();
        Painted { shape, logits, labels, shares: None }
    })
}

/// A field on which every loss is smooth wherever the central differences look.
///
/// The kinks are known: two errors about one channel that swap places in a Lovász sort, two probabilities of one image
/// that swap places in the minima and maxima of a skeleton, a hinge at its margin, a `p_t` at the threshold of the
/// reduced focal loss, a probability that crosses ½ and moves a predicted edge. All are conditions on the logit of an error, −s·v with the label's side
/// s = ±1 and the logit v, raw for one class against the rest and `z_c − log Σ_{j≠c} exp z_j` for the softmax; moving
/// one logit by d moves these by at most d. A pixel that comes too close to a kink is moved on, by another stride for
/// each of its channels, until it does not: by construction, so that no draw is wasted.
pub(crate) fn smooth_field() -> impl Strategy<Value = Painted> {
    shapes(channels()).prop_flat_map(|shape| painted(shape, labels(shape))).prop_map(
        |(shape, mut quanta, labels)| {
            let blank = Painted { shape, logits: Vec::new(), labels: labels.clone(), shares: None };
            let mut taken = vec![Vec::new(); 2 * shape.channels];
            let mut of_image = taken.clone();
            for (at, (label, places)) in blank.pixels().enumerate() {
                if at % shape.pixels() == 0 {
                    of_image.iter_mut().for_each(Vec::clear);
                }
                if label == IGNORE {
                    continue;
                }
                let mut moves = 0;
                loop {
                    let z: Vec<f64> =
                        places.iter().map(|&at| f64::from(quanta[at] as f32 * QUANTUM)).collect();
                    let errors = error_logits(&blank, label, &z);
                    let logits = without_sides(&blank, label, &errors);
                    if is_clear(&errors, &taken) && is_apart(&logits, &of_image) {
                        taken.iter_mut().zip(errors).for_each(|(taken, error)| taken.push(error));
                        of_image.iter_mut().zip(logits).for_each(|(taken, logit)| taken.push(logit));
                        break;
                    }
                    moves += 1;
                    assert!(moves < 10_000, "no room left for a pixel of {shape:?}");
                    for (channel, &at) in places.iter().enumerate() {
                        quanta[at] =
                            (quanta[at] + STRIDES[channel] + REACH).rem_euclid(2 * REACH + 1) - REACH;
                    }
                }
            }
            let logits = quanta.iter().map(|&q| q as f32 * QUANTUM).collect();
            Painted { shape, logits, labels, shares: None }
        },
    )
}

/// The logits of the errors of one pixel: of each channel against the rest, then of each channel of the softmax.
fn error_logits(painted: &Painted, label: u8, z: &[f64]) -> Vec<f64> {
    let sign = |channel| if painted.is_foreground(label, channel) { -1.0 } else { 1.0 };
    let raw = z.iter().enumerate().map(|(channel, &z)| sign(channel) * z);
    let joint = z.iter().enumerate().map(|(channel, &own)| {
        let total: f64 = z.iter().map(|z| z.exp()).sum();
        let others = if z.len() == 1 { 1.0 } else { total - own.exp() };
        sign(channel) * (own - others.ln())
    });
    raw.chain(joint).collect()
}

/// The logits themselves, whichever side the label is on.
fn without_sides(painted: &Painted, label: u8, errors: &[f64]) -> Vec<f64> {
    let side = |at| if painted.is_foreground(label, at % painted.shape.channels) { -1.0 } else { 1.0 };
    errors.iter().enumerate().map(|(at, error)| side(at) * error).collect()
}

fn is_apart(logits: &[f64], taken: &[Vec<f64>]) -> bool {
    logits.iter().zip(taken).all(|(z, taken)| taken.iter().all(|other| (z - other).abs() > CLEARANCE))
}

fn is_clear(errors: &[f64], taken: &[Vec<f64>]) -> bool {
    // A hinge has its margin at an error of logit −1, a p_t reaches r at −log(r / (1 − r)): with r = ½, p crosses ½.
    let kinks = super::variants::INTERIOR.map(|r| -(r / (1.0 - r)).ln());
    errors.iter().zip(taken).all(|(error, taken)| {
        let far = |kink: &f64| (error - kink).abs() > CLEARANCE;
        far(&-1.0) && kinks.iter().all(far) && taken.iter().all(far)
    })
}
