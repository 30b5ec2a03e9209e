//! Reading of a truth, and of a prediction of it, as the page would read them, as one JSON object.
//!
//! usage: read TRUTH [PREDICTION]
//!
//! `{"truth": {"kind", "width", "height", "sure", "classes": {"0": pixels, …}, "ignored", "text", …}, "prediction":
//! {"sure", "scale", "channels", "text", …}, "values": {"<loss id>": value}, "metrics": {"iou", "dice", …}}`. Where
//! `sure` is false all is that of the suggestion. A file that is refused gives `{"error": sentence}` and exit status 1.
//!
//! Values are those of each loss with its defaults, on the field of both files, without ignored pixels. Metrics are of
//! the foreground, or the mean over the classes but the background that either has. Of independent regions both are the mean over
//! the regions, each by itself; class c of a truth with one class a pixel is region c then.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use lossfield::field::regions::{labels_of, sets_of};
use lossfield::field::{Field, IGNORE, Labels, Logits};
use lossfield::file::{
    Channels, Read, ReadPrediction, ReadTruth, Reading, ReadingPair, Source, apply, decode, read, read_pair,
};
use lossfield::loss::LOSSES;
use lossfield::loss::config::{Config, Settings};
use lossfield::metric::{MaskMetrics, metrics};
use lossfield::scene::{Labelling, Plane};
use ndarray::{Array3, Axis, s};
use serde_json::{Map, Value, json};

/// Distance within which a boundary counts as found, in pixels.
const TOLERANCE: f64 = 2.0;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let read = match arguments.as_slice() {
        [truth] => of_truth(truth),
        [truth, prediction] => of_pair(truth, prediction),
        _ => Err("usage: read TRUTH [PREDICTION]".to_owned()),
    };
    let (said, code) = match read {
        Ok(said) => (said, ExitCode::SUCCESS),
        Err(sentence) => (json!({ "error": sentence }), ExitCode::FAILURE),
    };
    match writeln!(io::stdout(), "{said}") {
        Ok(()) => code,
        Err(_) => ExitCode::FAILURE,
    }
}

fn source(path: &str, plane: Plane) -> Result<Source, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{path} cannot be opened: {error}."))?;
    let name = Path::new(path).file_name().map_or(path.into(), |name| name.to_string_lossy());
    decode(&name, &bytes, plane, None).map_err(|refusal| refusal.to_string())
}

fn of_truth(path: &str) -> Result<Value, String> {
    let source = source(path, Plane::Truth)?;
    let reading = read(&source, Plane::Truth, lossfield::file::Context::default());
    let reading = reading.map_err(|refusal| refusal.to_string())?;
    Ok(json!({ "truth": truth_json(&reading, &truth_of(&source, &reading)?) }))
}

fn of_pair(truth: &str, prediction: &str) -> Result<Value, String> {
    let (truth, prediction) = (source(truth, Plane::Truth)?, source(prediction, Plane::Prediction)?);
    let pair = read_pair(&truth, &prediction).map_err(|refusal| refusal.to_string())?;
    let ReadingPair { truth: truth_reading, prediction: prediction_reading } = &pair;
    let read_truth = truth_of(&truth, truth_reading)?;
    let read = apply(&prediction, &prediction_reading.choice, Plane::Prediction);
    let Read::Prediction(read_prediction) = read.map_err(|refusal| refusal.to_string())? else {
        return Err("a prediction was read as a truth.".to_owned());
    };
    let (values, metrics) = judged(&read_truth, &read_prediction)?;
    Ok(json!({
        "truth": truth_json(truth_reading, &read_truth),
        "prediction": prediction_json(prediction_reading, &read_prediction),
        "values": values,
        "metrics": metrics,
    }))
}

fn truth_of(source: &Source, reading: &Reading) -> Result<ReadTruth, String> {
    match apply(source, &reading.choice, Plane::Truth).map_err(|refusal| refusal.to_string())? {
        Read::Truth(truth) => Ok(truth),
        Read::Prediction(_) => Err("a truth was read as a prediction.".to_owned()),
    }
}

fn truth_json(reading: &Reading, truth: &ReadTruth) -> Value {
    let (height, width) = truth.labels.dim();
    let present = || truth.legend.classes.iter().filter(|class| class.pixels > 0);
    let classes: Map<String, Value> =
        present().map(|class| (class.class.to_string(), class.pixels.into())).collect();
    let names: Map<String, Value> =
        present().filter_map(|class| Some((class.class.to_string(), class.name.clone()?.into()))).collect();
    json!({
        "kind": reading.kind,
        "width": width,
        "height": height,
        "sure": reading.sure,
        "classes": classes,
        "names": names,
        "ignored": truth.legend.ignored,
        "text": reading.text,
        "questions": reading.questions,
        "remarks": remarks(reading, &truth.remarks),
    })
}

fn prediction_json(reading: &Reading, prediction: &ReadPrediction) -> Value {
    let (_, height, width) = prediction.logits.dim();
    json!({
        "kind": reading.kind,
        "width": width,
        "height": height,
        "sure": reading.sure,
        "scale": reading.scale(),
        "channels": reading.channels,
        "meaning": prediction.channels,
        "text": reading.text,
        "questions": reading.questions,
        "remarks": remarks(reading, &prediction.remarks),
    })
}

fn remarks(reading: &Reading, applied: &[String]) -> Vec<String> {
    reading.remarks.iter().chain(applied).cloned().collect()
}

/// Value of every loss that serves the task, and metrics.
fn judged(truth: &ReadTruth, prediction: &ReadPrediction) -> Result<(Value, Value), String> {
    let (logits, labels) =
        (prediction.logits.clone().insert_axis(Axis(0)), truth.labels.clone().insert_axis(Axis(0)));
    let is_of_regions = prediction.channels == Channels::Independent;
    if !is_of_regions {
        if truth.labelling == Labelling::Regions {
            return Err("the truth has several regions a pixel, the prediction one class.".to_owned());
        }
        let logits = widened(&prediction.logits, truth.legend.classes.len()).insert_axis(Axis(0));
        return scored(&[(logits, labels)]);
    }
    let sets = if truth.labelling == Labelling::Regions { labels } else { sets_of(labels.view()) };
    let region =
        |at: usize| (logits.slice(s![.., at..=at, .., ..]).to_owned(), labels_of(sets.view(), at as u8 + 1));
    scored(&(0..prediction.classes).map(region).collect::<Vec<_>>())
}

/// Values and metrics of fields, each the mean over them.
fn scored(pixels: &[(Logits, Labels)]) -> Result<(Value, Value), String> {
    let fields: Result<Vec<Field<'_>>, _> = pixels
        .iter()
        .map(|(logits, labels)| Field::new(logits.view(), labels.view(), Some(IGNORE)))
        .collect();
    let fields = fields.map_err(|error| format!("{error}."))?;
    let mut values = Map::new();
    for spec in LOSSES {
        let settings = Settings::new();
        let Ok(config) = Config::new(spec, &settings) else { continue };
        let loss = (spec.build)(&config);
        let sum: f64 = fields.iter().map(|field| loss.evaluate(field, None)).sum();
        // JSON has no number for these.
        let value =
            serde_json::Number::from_f64(sum / fields.len() as f64).map_or(Value::Null, Value::Number);
        values.insert(spec.id.to_owned(), value);
    }
    let of_field = |field: &Field<'_>| -> Vec<MaskMetrics> {
        let shape = field.shape();
        let channels = shape.first_channel(false)..shape.channels;
        channels.map(|channel| metrics(field, 0, channel, 0.5, TOLERANCE)).collect()
    };
    let each: Vec<MaskMetrics> = fields.iter().flat_map(of_field).collect();
    let mean = |of: &dyn Fn(&MaskMetrics) -> Option<f64>| -> Value {
        let known: Vec<f64> = each.iter().filter_map(of).collect();
        if known.is_empty() { Value::Null } else { json!(known.iter().sum::<f64>() / known.len() as f64) }
    };
    // Of two empty masks nothing is wrong.
    let perfect_if_empty = |value: Value| if value.is_null() { json!(1.0) } else { value };
    Ok((
        Value::Object(values),
        json!({
            "iou": perfect_if_empty(mean(&|m| m.confusion.iou())),
            "dice": perfect_if_empty(mean(&|m| m.confusion.dice())),
            "precision": mean(&|m| m.confusion.precision()),
            "recall": mean(&|m| m.confusion.recall()),
            "hausdorff": mean(&|m| m.surface.map(|surface| surface.hausdorff)),
            "hausdorff_95_directed": mean(&|m| m.surface.map(|surface| surface.hausdorff_95_directed)),
            "hausdorff_95_pooled": mean(&|m| m.surface.map(|surface| surface.hausdorff_95_pooled)),
            "boundary_f1": mean(&|m| m.boundary_f1),
            "calibration_error": mean(&|m| Some(m.calibration_error)),
        }),
    ))
}

/// Logits of as many classes as the truth has, if those are more: a class that the prediction does not know is as
/// unlikely as a file's 0.
fn widened(logits: &Array3<f32>, classes: usize) -> Array3<f32> {
    let (channels, height, width) = logits.dim();
    if classes <= channels.max(2) {
        return logits.clone();
    }
    let least = lossfield::file::LEAST_PROB.ln() as f32;
    Array3::from_shape_fn((classes, height, width), |(class, y, x)| match (channels, class) {
        (1, 0) => 0.0,
        (1, 1) => logits[[0, y, x]],
        _ if class < channels => logits[[class, y, x]],
        _ => least,
    })
}
