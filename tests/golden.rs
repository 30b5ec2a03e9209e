//! Holds every translated call of a reference library against what that library itself returned.
//!
//! Reads each JSON file of the folder named by `GOLDEN_DIR` (`tests/golden` when it is not set; its README tells the
//! form), whatever its sizes, classes and batch. The last line printed is `golden: N of M cases agree`, where M counts
//! the calls without a translation too: they are listed, and fail nothing. What fails is a disagreement, a file that
//! cannot be read, and a folder without a case.
#![allow(clippy::print_stdout, reason = "a report is what this test prints; it has no harness")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lossfield::field::{Field, Labels, Logits, Shape, Task};
use lossfield::library::{Arg, Args, Configured, configure};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct GoldenFile {
    task: GoldenTask,
    batch: usize,
    classes: usize,
    height: usize,
    width: usize,
    /// `[batch, class, y, x]`, exact f32 values.
    logits: Vec<f32>,
    /// `[batch, y, x]`
    labels: Vec<u8>,
    ignore_index: Option<u8>,
    cases: Vec<Case>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum GoldenTask {
    Binary,
    Multiclass,
}

#[derive(Deserialize)]
struct Case {
    library: String,
    version: Option<String>,
    loss: String,
    args: serde_json::Map<String, Value>,
    dtype: Precision,
    /// Null where the library returned something that is not finite.
    value: Option<f64>,
    /// Null where it is not unique, or where the library returned something that is not finite.
    grad: Option<Vec<f64>>,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Precision {
    Float32,
    Float64,
}

enum Outcome {
    Agrees,
    Unmapped(String),
    Disagrees(String),
}

fn main() -> ExitCode {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let folder = std::env::var_os("GOLDEN_DIR").map_or(default, PathBuf::from);
    let (mut agree, mut total) = (0, 0);
    let mut unmapped = BTreeMap::<(String, String), usize>::new();
    let mut failures = Vec::new();

    let files = json_files(&folder).unwrap_or_else(|why| {
        failures.push(why);
        Vec::new()
    });
    for path in files {
        let file = match read(&path) {
            Ok(file) => file,
            Err(why) => {
                failures.push(format!("{}: {why}", path.display()));
                continue;
            }
        };
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let agreed_before = agree;
        for case in &file.cases {
            match file.judge(case) {
                Outcome::Agrees => agree += 1,
                Outcome::Unmapped(why) => {
                    *unmapped.entry((format!("{}.{}", case.library, case.loss), why)).or_default() += 1;
                }
                Outcome::Disagrees(how) => failures.push(format!("{name}: {}: {how}", case.call())),
            }
        }
        println!("{name}: {} of {} cases agree", agree - agreed_before, file.cases.len());
        total += file.cases.len();
    }
    if total == 0 && failures.is_empty() {
        failures.push(format!("{}: no file there holds a case", folder.display()));
    }

    for ((loss, why), count) in &unmapped {
        println!("unmapped: {loss}, {count} cases: {why}");
    }
    for failure in &failures {
        println!("FAILED: {failure}");
    }
    println!("golden: {agree} of {total} cases agree");
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The JSON files of a folder, by name.
fn json_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let refused =
        |why: std::io::Error| format!("{}: cannot list this folder of golden files: {why}", folder.display());
    let mut files = Vec::new();
    for entry in folder.read_dir().map_err(refused)? {
        let path = entry.map_err(refused)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(format!("{}: this folder of golden files holds no .json file", folder.display()));
    }
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<GoldenFile, String> {
    let text = std::fs::read_to_string(path).map_err(|why| format!("cannot read it: {why}"))?;
    let file: GoldenFile = serde_json::from_str(&text).map_err(|why| format!("not a golden file: {why}"))?;
    for (what, found, expected) in [
        ("logits", file.logits.len(), file.shape().logits()),
        ("labels", file.labels.len(), file.batch * file.shape().pixels()),
    ] {
        if found != expected {
            return Err(format!("found {found} {what}; its sizes say {expected}"));
        }
    }
    Ok(file)
}

impl GoldenFile {
    fn shape(&self) -> Shape {
        Shape { images: self.batch, channels: self.classes, height: self.height, width: self.width }
    }

    fn has_ignored(&self) -> bool {
        self.ignore_index.is_some_and(|label| self.labels.contains(&label))
    }

    fn judge(&self, case: &Case) -> Outcome {
        let task = match self.task {
            GoldenTask::Binary => Task::Binary,
            GoldenTask::Multiclass => Task::Multiclass,
        };
        let args: Args = case.args.iter().map(|(name, value)| (name.clone(), arg(value))).collect();
        match configure(case.library(), &case.loss, &args, task) {
            Err(why) => Outcome::Unmapped(why.to_string()),
            // Ours leaves ignored pixels out of everything, and has no way to take them in.
            Ok(configured) if configured.ignore != self.ignore_index && self.has_ignored() => {
                Outcome::Unmapped("the call counts the pixels that the field ignores".into())
            }
            Ok(configured) => match self.evaluate(&configured) {
                Err(why) => Outcome::Disagrees(why),
                Ok((value, gradient)) => self.compare(case, value, &gradient),
            },
        }
    }

    fn evaluate(&self, configured: &Configured) -> Result<(f64, Vec<f32>), String> {
        let Shape { images, channels, height, width } = self.shape();
        let logits = Logits::from_shape_vec((images, channels, height, width), self.logits.clone())
            .map_err(|why| why.to_string())?;
        let labels = Labels::from_shape_vec((images, height, width), self.labels.clone())
            .map_err(|why| why.to_string())?;
        // What is ignored is the call's to say: a label that it does not ignore has to name a class.
        let field = Field::new(logits.view(), labels.view(), configured.ignore)
            .map_err(|why| format!("the field does not suit the call: {why}"))?;
        // Every element has to be overwritten, so what stands here before must not matter.
        let mut gradient = vec![f32::NAN; self.logits.len()];
        let loss = configured.build().map_err(|why| why.to_string())?;
        let value = loss.evaluate(&field, Some(&mut gradient));
        Ok((value, gradient))
    }

    fn compare(&self, case: &Case, value: f64, gradient: &[f32]) -> Outcome {
        let tolerance = case.tolerance();
        let mut how = String::new();
        if let Some(expected) = case.value {
            let allowed = tolerance * expected.abs().max(1.0);
            let off = (value - expected).abs();
            if off.is_nan() || off > allowed {
                let _ = write!(how, "the value is {value}; expected {expected} within {allowed:.1e}. ");
            }
        } else if !value.is_finite() {
            let _ = write!(how, "the value is {value}; expected a finite one. ");
        }
        if let Some(at) = gradient.iter().position(|g| !g.is_finite()) {
            let _ =
                write!(how, "the gradient at {} is {}; expected a finite one.", self.place(at), gradient[at]);
        } else if let Some(expected) = &case.grad {
            let _ = write!(how, "{}", self.compare_gradients(expected, gradient, tolerance));
        }
        if how.is_empty() { Outcome::Agrees } else { Outcome::Disagrees(how) }
    }

    fn compare_gradients(&self, expected: &[f64], gradient: &[f32], tolerance: f64) -> String {
        if expected.len() != gradient.len() {
            return format!("the gradient has {} elements; expected {}", gradient.len(), expected.len());
        }
        let largest = expected.iter().fold(0.0f64, |largest, g| largest.max(g.abs()));
        let allowed = tolerance * largest + 1e-7;
        let off = |at: usize| (f64::from(gradient[at]) - expected[at]).abs();
        let worst = (0..expected.len()).max_by(|&a, &b| off(a).total_cmp(&off(b)));
        match worst {
            Some(at) if off(at) > allowed => {
                let beyond = (0..expected.len()).filter(|&at| off(at) > allowed).count();
                format!(
                    "the gradient is off at {beyond} of {} logits, most at {}: {}; expected {} within {allowed:.1e}",
                    expected.len(),
                    self.place(at),
                    gradient[at],
                    expected[at]
                )
            }
            _ => String::new(),
        }
    }

    /// Where a logit is, in words.
    fn place(&self, at: usize) -> String {
        let shape = self.shape();
        let (plane, pixel) = (at / shape.pixels(), at % shape.pixels());
        format!(
            "image {}, class {}, y {}, x {}",
            plane / shape.channels,
            plane % shape.channels,
            pixel / shape.width,
            pixel % shape.width
        )
    }
}

impl Case {
    /// The library's id here: the two lines of mmsegmentation are two libraries.
    fn library(&self) -> &str {
        match (self.library.as_str(), self.version.as_deref()) {
            ("mmseg", Some(version)) if version.starts_with("0.") => "mmseg0",
            (library, _) => library,
        }
    }

    /// 1e-5, or 1e-4 where the library worked in f32: MONAI's focal losses always do, and its Hausdorff loss has
    /// distances in f32.
    fn tolerance(&self) -> f64 {
        let single = self.dtype == Precision::Float32
            || self.library == "monai" && (self.loss.contains("Focal") || self.loss.contains("Hausdorff"));
        if single { 1e-4 } else { 1e-5 }
    }

    /// As it is written in Python.
    fn call(&self) -> String {
        let args: Vec<_> = self.args.iter().map(|(name, value)| format!("{name}={}", arg(value))).collect();
        format!("{}.{}({})", self.library, self.loss, args.join(", "))
    }
}

fn arg(value: &Value) -> Arg {
    match value {
        Value::Null => Arg::Nothing,
        Value::Bool(on) => Arg::Flag(*on),
        Value::Number(number) => Arg::Number(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => Arg::Text(text.clone()),
        Value::Array(items) => Arg::List(items.iter().map(arg).collect()),
        Value::Object(items) => {
            Arg::Dict(items.iter().map(|(name, value)| (name.clone(), arg(value))).collect())
        }
    }
}
