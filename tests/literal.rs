//! Holds every translated call against the numbers that the libraries' own test suites publish.
//!
//! `tests/literal` has them as data; its README tells where from. Every case agrees, or says why it is out of scope.
#![allow(clippy::print_stdout, reason = "the numbers of cases are what this test reports")]

use lossfield::field::{Field, Labels, Logits, Shape, Task};
use lossfield::library::{Arg, Args, configure};
use ndarray::Array4;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct File {
    library: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    origin: String,
    loss: String,
    args: serde_json::Map<String, Value>,
    out_of_scope: Option<String>,
    space: Option<String>,
    input: Option<Numbers>,
    target: Option<Numbers>,
    /// 0 where a pixel is left out.
    mask: Option<Vec<f64>>,
    expected: Option<f64>,
    rtol: Option<f64>,
    atol: Option<f64>,
}

/// `[image, class, …]`, or without the images, or a plain list.
#[derive(Deserialize)]
struct Numbers {
    shape: Vec<usize>,
    data: Vec<f64>,
}

#[test]
fn published_numbers_agree() {
    let (mut agree, mut out_of_scope) = (0, 0);
    let mut failures = Vec::new();
    for text in [include_str!("literal/monai.json"), include_str!("literal/smp.json")] {
        let file: File = serde_json::from_str(text).unwrap();
        for case in &file.cases {
            if case.out_of_scope.is_some() {
                out_of_scope += 1;
            } else if let Err(why) = case.check(&file.library) {
                failures.push(format!("{}: {}: {why}", file.library, case.origin));
            } else {
                agree += 1;
            }
        }
    }
    println!("literal: {agree} agree, {out_of_scope} out of scope");
    assert!(failures.is_empty(), "{} disagree:\n{}", failures.len(), failures.join("\n"));
    assert!(agree > 70, "the cases are missing");
}

/// What stands for a mask of the library.
const IGNORE: u8 = 255;

impl Case {
    fn check(&self, library: &str) -> Result<(), String> {
        let (Some(input), Some(target)) = (&self.input, &self.target) else {
            return Err("no numbers".into());
        };
        let shape = self.shape(input, target);
        let probabilities = self.space.as_deref() == Some("probabilities");
        let logits: Vec<f32> =
            input.data.iter().map(|&x| if probabilities { logit(x) } else { x } as f32).collect();
        let (labels, soft) = self.labels(shape, target)?;
        let args = self.arguments(library, shape, probabilities);
        let configured =
            configure(library, &self.loss, &args, shape.task()).map_err(|refused| refused.to_string())?;

        let dim = (shape.images, shape.channels, shape.height, shape.width);
        let logits = Logits::from_shape_vec(dim, logits).map_err(|why| why.to_string())?;
        let labels = Labels::from_shape_vec((shape.images, shape.height, shape.width), labels);
        let labels = labels.map_err(|why| why.to_string())?;
        let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).map_err(|why| why.to_string())?;
        let soft =
            soft.map(|soft| Array4::from_shape_vec(dim, soft)).transpose().map_err(|why| why.to_string())?;
        let field = match &soft {
            Some(soft) => field.with_soft_labels(soft.view()).map_err(|why| why.to_string())?,
            None => field,
        };
        let mut gradient = vec![f32::NAN; shape.logits()];
        let loss = configured.build().map_err(|why| why.to_string())?;
        let value = loss.evaluate(&field, Some(&mut gradient));
        let expected = self.expected.ok_or("no expected value")?;
        // A probability of 1 is a logit of 40, and values are published with six digits at most.
        let allowed = self.atol.unwrap_or(0.0) + self.rtol.unwrap_or(0.0) * expected.abs() + 1e-7;
        if (value - expected).abs().partial_cmp(&allowed) != Some(std::cmp::Ordering::Greater)
            && value.is_finite()
            && gradient.iter().all(|g| g.is_finite())
        {
            Ok(())
        } else {
            Err(format!("{value}; expected {expected} within {allowed:.1e} ({args:?})"))
        }
    }

    /// Everything after the classes becomes one row of pixels, unless it is a picture.
    fn shape(&self, input: &Numbers, target: &Numbers) -> Shape {
        let dims = &input.shape;
        // A target with two more dimensions says what the input leaves out.
        let dims = if dims.len() < target.shape.len() { &target.shape } else { dims };
        let (images, channels, rest) = match (self.loss.as_str(), dims.as_slice()) {
            ("SoftCrossEntropyLoss", [pixels, classes]) => {
                assert_eq!(*pixels, 4);
                (*pixels, *classes, vec![1])
            }
            // One picture of one channel, however it is written.
            ("MCCLoss", dims) if self.args.contains_key("eps") => (1, 1, vec![dims.iter().product()]),
            (_, [pixels]) => (1, 1, vec![*pixels]),
            (_, [images, channels]) => (*images, *channels, vec![1]),
            (_, [images, channels, rest @ ..]) => (*images, *channels, rest.to_vec()),
            _ => (1, 1, vec![1]),
        };
        let (height, width) = match rest.as_slice() {
            [height, width] => (*height, *width),
            all => (1, all.iter().product()),
        };
        Shape { images, channels, height, width }
    }

    /// Labels, and shares of classes where the target is more than one label a pixel.
    fn labels(&self, shape: Shape, target: &Numbers) -> Result<(Vec<u8>, Option<Vec<f32>>), String> {
        let pixels = shape.images * shape.pixels();
        let label = |x: f64| if x < 0.0 { IGNORE } else { x as u8 };
        let (mut labels, soft) = if target.data.len() == pixels && (shape.channels > 1 || hard(&target.data))
        {
            (target.data.iter().map(|&x| label(x)).collect::<Vec<_>>(), None)
        } else if target.data.len() == shape.logits() {
            from_shares(shape, &target.data)
        } else {
            return Err(format!("a target of {:?} for {shape:?}", target.shape));
        };
        if let Some(mask) = &self.mask {
            for (label, &kept) in labels.iter_mut().zip(mask) {
                if kept == 0.0 {
                    *label = IGNORE;
                }
            }
        }
        Ok((labels, soft))
    }

    /// The published arguments, with what a field of logits needs to be said instead.
    fn arguments(&self, library: &str, shape: Shape, probabilities: bool) -> Args {
        let mut args: Args = self.args.iter().map(|(name, value)| (name.clone(), arg(value))).collect();
        // Probabilities have become logits.
        args.remove("from_logits");
        match library {
            "monai" if self.loss == "AsymmetricUnifiedFocalLoss" => {
                args.insert("activation".into(), "sigmoid".into());
            }
            "monai" if probabilities => {
                args.insert("sigmoid".into(), true.into());
                args.insert("softmax".into(), false.into());
            }
            "smp" if shape.task() == Task::Binary && args.contains_key("mode") => {
                args.insert("mode".into(), "binary".into());
            }
            _ => {}
        }
        if self.mask.is_some() {
            args.insert("ignore_index".into(), f64::from(IGNORE).into());
        }
        if args.get("ignore_index") == Some(&(-100.0).into()) {
            args.insert("ignore_index".into(), f64::from(IGNORE).into());
        }
        args
    }
}

/// The likeliest class of each pixel, and the shares where they are more than one class a pixel.
fn from_shares(shape: Shape, data: &[f64]) -> (Vec<u8>, Option<Vec<f32>>) {
    let mut labels = Vec::new();
    let mut one_hot = hard(data);
    for image in 0..shape.images {
        for pixel in 0..shape.pixels() {
            let of = |channel| data[shape.plane(image, channel).start + pixel];
            let sum: f64 = (0..shape.channels).map(of).sum();
            if shape.channels == 1 {
                labels.push(u8::from(of(0) > 0.5));
            } else {
                let most = (0..shape.channels).max_by(|&a, &b| of(a).total_cmp(&of(b)));
                labels.push(most.unwrap_or(0) as u8);
                one_hot &= (sum - 1.0).abs() < 1e-9;
            }
        }
    }
    let soft = (!one_hot).then(|| data.iter().map(|&x| x as f32).collect());
    (labels, soft)
}

fn hard(data: &[f64]) -> bool {
    // What is below 0 is ignored.
    data.iter().all(|&x| x <= 0.0 || x.to_bits() == 1f64.to_bits())
}

/// The logit of a probability; 0 and 1 are as far away as matters.
fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln().clamp(-40.0, 40.0)
}

fn arg(value: &Value) -> Arg {
    match value {
        Value::Null | Value::Object(_) => Arg::Nothing,
        Value::Bool(on) => Arg::Flag(*on),
        Value::Number(number) => Arg::Number(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => Arg::Text(text.clone()),
        Value::Array(items) => Arg::List(items.iter().map(arg).collect()),
    }
}
