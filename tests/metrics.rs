//! Metrics against what MONAI returns for the same masks.
//!
//! `tests/metrics/monai.json` was made with MONAI 1.6.1: masks row by row as 0 and 1, and under the names of the metrics
//! what `DiceMetric`, `MeanIoU`, `ConfusionMatrixMetric`, `HausdorffDistanceMetric` (plain and with `percentile=95`),
//! `SurfaceDistanceMetric(symmetric=True)` and `CalibrationErrorMetric(num_bins=15)` return, in float32.
#![cfg(not(target_arch = "wasm32"))]

use lossfield::field::{Field, Labels, Logits};
use lossfield::metric::{MaskMetrics, metrics};
use serde_json::Value;

/// MONAI adds up in float32.
const TOLERANCE: f64 = 1e-5;

fn reference() -> Value {
    serde_json::from_str(include_str!("metrics/monai.json")).expect("JSON")
}

fn size(case: &Value) -> (usize, usize) {
    let side = |name: &str| case[name].as_u64().expect("a size") as usize;
    (side("height"), side("width"))
}

fn mask(case: &Value, name: &str) -> Vec<u8> {
    case[name].as_str().expect("a mask").bytes().map(|digit| digit - b'0').collect()
}

fn judged(case: &Value, logits: Vec<f32>) -> MaskMetrics {
    let (height, width) = size(case);
    let labels = Labels::from_shape_vec((1, height, width), mask(case, "truth")).expect("whole rows");
    let logits = Logits::from_shape_vec((1, 1, height, width), logits).expect("whole rows");
    let field = Field::new(logits.view(), labels.view(), None).expect("a field");
    metrics(&field, 0, 0, 0.5, 2.0)
}

#[test]
fn of_hard_masks() {
    let reference = reference();
    let cases = reference["masks"].as_array().expect("cases");
    assert!(cases.len() >= 8);
    for case in cases {
        let logits = mask(case, "prediction").iter().map(|&on| if on == 1 { 3.0 } else { -3.0 }).collect();
        let found = judged(case, logits);
        let surface = found.surface.expect("both masks have a surface");
        let confusion = found.confusion;
        for (name, found) in [
            ("dice", confusion.dice()),
            ("iou", confusion.iou()),
            ("precision", confusion.precision()),
            ("recall", confusion.recall()),
            ("hausdorff", Some(surface.hausdorff)),
            ("hausdorff_95", Some(surface.hausdorff_95_directed)),
            ("average_surface_distance", Some(surface.average)),
        ] {
            let (expected, found) = (case[name].as_f64().expect("a number"), found.expect("defined"));
            let off = (found - expected).abs();
            assert!(off < TOLERANCE * expected.max(1.0), "{} {name}: {found}, not {expected}", case["name"]);
        }
    }
}

#[test]
fn of_probabilities() {
    let reference = reference();
    for case in reference["predictions"].as_array().expect("cases") {
        let logits = case["logits"].as_array().expect("numbers").iter();
        let logits = logits.map(|z| z.as_f64().expect("a number") as f32).collect();
        let (expected, found) = (
            case["expected_calibration_error"].as_f64().expect("a number"),
            judged(case, logits).calibration_error,
        );
        assert!((found - expected).abs() < TOLERANCE, "{found}, not {expected}");
    }
}
