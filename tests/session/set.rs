//! Images of a set: each row is what the session says of the same two files.

use lossfield::file::FileChoice;
use lossfield::panel::set::{ImageNumbers, RowOutcome};
use lossfield::session::command::{NamedBytes, PairBytes};
use lossfield::session::preview::Preview;
use lossfield::session::set::{SetEvaluator, preview_in_pair};

use super::opening::{npy, open, png};
use super::*;

/// Ways in which files were read before.
type Remembered = Vec<(String, FileChoice)>;

fn pair(truth: (&str, &[u8]), prediction: (&str, &[u8])) -> PairBytes {
    let file = |(name, bytes): (&str, &[u8])| NamedBytes { name: name.into(), bytes: bytes.to_vec() };
    PairBytes { name: "one".into(), truth: file(truth), prediction: file(prediction) }
}

/// A pair as the protocol has it.
fn sent(pair: &PairBytes) -> Value {
    let file = |file: &NamedBytes| json!({ "name": file.name, "bytes": file.bytes });
    json!({ "name": pair.name, "truth": file(&pair.truth), "prediction": file(&pair.prediction) })
}

fn open_pair(pair: &PairBytes, remembered: &Remembered) -> Value {
    json!([{ "kind": "openPair", "pair": sent(pair), "remembered": remembered }])
}

fn row(session: &Session, pair: &PairBytes, remembered: &Remembered) -> RowOutcome {
    SetEvaluator::new(session.set_settings()).row(pair, remembered).0.outcome
}

#[track_caller]
fn measured(outcome: RowOutcome) -> ImageNumbers {
    match outcome {
        RowOutcome::Measured { numbers } => numbers,
        other => panic!("numbers: {other:?}"),
    }
}

/// Labels in blocks, and a prediction that is not sure of them, of so many channels.
fn blocks(channels: usize) -> PairBytes {
    let classes = channels.max(2);
    let class = move |x: usize, y: usize| (x / 10 + 2 * (y / 8)) % classes;
    let truth = png(40, 32, |x, y| class(x as usize, y as usize) as u8);
    let shape: &[usize] = if channels == 1 { &[32, 40] } else { &[channels, 32, 40] };
    let prob = move |i: usize| {
        let (channel, y, x) = (i / 1280, i / 40 % 32, i % 40);
        let right = class(x, y) == if channels == 1 { 1 } else { channel };
        let sure = 0.55 + 0.4 * ((x * 7 + y * 3) % 11) as f32 / 11.0;
        match (channels, right) {
            (1, false) => 1.0 - sure,
            (_, true) => sure,
            (_, false) => (1.0 - sure) / (channels - 1) as f32,
        }
    };
    let prediction = npy(shape, (0..channels * 1280).map(prob));
    pair(("gt/one.png", &truth), ("pred/one.npy", &prediction))
}

/// A session with all cards, and with settings of every kind that are not as at first.
fn set_up() -> Session {
    let mut session = Session::default();
    let all: Vec<&str> = LOSSES.iter().map(|spec| spec.id).collect();
    apply(
        &mut session,
        json!([
            { "kind": "setCards", "cards": all },
            { "kind": "setLoss", "id": "dice", "settings": { "smooth_nr": 2.0 } },
            { "kind": "setLossFrom", "id": "focal", "library": "monai", "function": "FocalLoss" },
            { "kind": "softenTruth", "radius": 1 },
            { "kind": "weighPixels", "weighting": { "kind": "frequency" } },
            { "kind": "setPanelState", "id": "metrics", "state": { "threshold": 0.7, "tolerance": 1.0 } },
            { "kind": "setPanel", "panel": "metrics" },
        ]),
    );
    session
}

#[test]
fn a_row_has_the_numbers_of_the_session_that_opened_the_same_two_files() {
    for channels in [1, 2, 3] {
        let mut session = set_up();
        let pair = blocks(channels);
        let numbers = measured(row(&session, &pair, &Vec::new()));
        apply(&mut session, open("truth", "gt/one.png", &pair.truth.bytes));
        let seen = apply(&mut session, open("prediction", "pred/one.npy", &pair.prediction.bytes));
        assert_eq!((numbers.width, numbers.height), (seen.scene.width, seen.scene.height));
        assert_eq!(numbers.shares, seen.scene.class_shares);
        assert_eq!(numbers.losses.len(), LOSSES.len());
        for card in &seen.cards {
            let found = numbers.losses[&card.id].expect("a number");
            assert!(found.to_bits() == card.value.to_bits(), "{}: {found}, not {}", card.id, card.value);
        }
        if channels == 1 {
            let told = &panel(&seen).tables["metrics"].rows;
            let ids = ["iou", "dice", "precision", "recall", "hausdorff95Directed", "hausdorff95Pooled"];
            for (id, row) in ids.iter().zip(told) {
                let number = numbers.metrics[*id].expect("a number");
                let text = lossfield::paint::number::short(number);
                assert_eq!(row[1].trim_end_matches(" px"), text, "{id}");
            }
            assert_eq!(numbers.components, 2);
        }
        // Opened as a pair it is the same scene, in one step.
        let mut other = set_up();
        let before = apply(&mut other, json!([]));
        let at_once = apply(&mut other, open_pair(&pair, &Vec::new()));
        assert_eq!(values(&at_once), values(&seen));
        assert_eq!(at_once.scene.title, "one");
        assert!(at_once.notices.is_empty(), "{:?}", at_once.notices);
        assert_eq!(values(&apply(&mut other, json!([{ "kind": "undo" }]))), values(&before));
    }
}

#[test]
fn python_of_a_pair_loads_both_files() {
    let mut session = Session::default();
    let look =
        json!({ "kind": "look", "look": { "theme": "light", "painting": false, "code": "cross_entropy" } });
    apply(&mut session, open_pair(&blocks(1), &Vec::new()));
    let seen = apply(&mut session, json!([look]));
    let lines = &seen.code.as_ref().expect("lines of the card")[0].code;
    for file in ["Image.open(\"gt/one.png\")", "np.load(\"pred/one.npy\")"] {
        assert!(lines.contains(file), "{lines}");
    }
}

#[test]
fn all_losses_are_measured_on_wish_and_those_of_the_cards_else() {
    let mut session = Session::default();
    apply(&mut session, json!([{ "kind": "setCards", "cards": ["dice", "focal"] }]));
    let numbers = measured(row(&session, &blocks(1), &Vec::new()));
    assert_eq!(numbers.losses.keys().collect::<Vec<_>>(), ["dice", "focal"]);
    apply(&mut session, json!([{ "kind": "setPanelState", "id": "set", "state": { "losses": "all" } }]));
    let numbers = measured(row(&session, &blocks(1), &Vec::new()));
    assert_eq!(numbers.losses.len(), LOSSES.len());
}

#[test]
fn a_truth_without_some_classes_has_those_of_its_prediction() {
    let pair = {
        let whole = blocks(3);
        // The third class is nowhere.
        let truth = png(40, 32, |x, _| u8::from(x < 12));
        PairBytes { truth: NamedBytes { bytes: truth, ..whole.truth }, ..whole }
    };
    let numbers = measured(row(&Session::default(), &pair, &Vec::new()));
    assert_eq!((numbers.classes, numbers.shares.len()), (3, 3));
    assert!((numbers.shares[1] - 0.3).abs() < 1e-12 && numbers.shares[2] == 0.0);
}

#[test]
fn what_cannot_be_read_is_a_row_that_says_so() {
    let whole = blocks(1);
    let cut = &whole.truth.bytes[..60];
    let damaged = pair(("gt/one.png", cut), ("pred/one.npy", &whole.prediction.bytes));
    let RowOutcome::Refused { reason } = row(&Session::default(), &damaged, &Vec::new()) else {
        panic!("it is damaged")
    };
    assert!(reason.starts_with("gt/one.png: found a PNG cut short"), "{reason}");
    let small = npy(&[8, 8], (0..64).map(|i| i as f32 / 64.0));
    let other_size = pair(("gt/one.png", &whole.truth.bytes), ("pred/one.npy", &small));
    let RowOutcome::Asked { question, .. } = row(&Session::default(), &other_size, &Vec::new()) else {
        panic!("it can be resampled")
    };
    assert!(question.starts_with("pred/one.npy: ") && question.contains("40"), "{question}");
    let refused = apply(&mut Session::default(), open_pair(&damaged, &Vec::new()));
    assert!(refused.notices[0].refusal && refused.notices[0].text == reason, "{:?}", refused.notices);
}

fn seen(pair: &PairBytes, plane: &str, change: Value) -> Preview {
    let mut request = json!({ "plane": plane, "name": "one", "remembered": [], "theme": "light" });
    request.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
    preview_in_pair(pair, &serde_json::from_value(request).expect("a request")).expect("it can be read")
}

#[test]
fn one_answer_is_for_all_files_of_its_kind() {
    let session = Session::default();
    let trimap = |width: u32| png(width, 32, |x, _| 1 + (x % 3) as u8);
    let prediction = |width: usize| npy(&[32, width], (0..32 * width).map(|i| (i % 97) as f32 / 97.0));
    let first = pair(("a_gt.png", &trimap(40)), ("a_pred.npy", &prediction(40)));
    let RowOutcome::Asked { question, shape_key, .. } = row(&session, &first, &Vec::new()) else {
        panic!("1, 2, 3 can be read in several ways")
    };
    assert!(question.starts_with("a_gt.png: "), "{question}");
    let looked_at = seen(&first, "truth", json!({}));
    assert!(!looked_at.reading.sure && looked_at.reading.shape_key == shape_key);
    let mut choice = json!(looked_at.reading.choice);
    choice["values"]["assign"] = json!([
        { "key": 1.0, "to": { "class": 1 } }, { "key": 2.0, "to": "nothing" }, { "key": 3.0, "to": "void" },
    ]);
    choice["values"]["classes"] = json!(2);
    let chosen = seen(&first, "truth", json!({ "choice": choice }));
    assert_eq!(chosen.refusal, None);
    let remembered = vec![(chosen.reading.shape_key, chosen.reading.choice)];
    let second = pair(("b_gt.png", &trimap(36)), ("b_pred.npy", &prediction(36)));
    for pair in [&first, &second] {
        let numbers = measured(row(&session, pair, &remembered));
        assert!((numbers.shares[1] - 0.5).abs() < 0.02, "a third of it is ignored: {:?}", numbers.shares);
    }
    assert_eq!(apply(&mut Session::default(), open_pair(&second, &remembered)).scene.width, 36);
}

#[test]
fn a_rule_of_resampling_that_was_chosen_is_that_of_the_next_size() {
    let session = Session::default();
    let truth = |width: u32| png(width, 32, |x, _| if x < 10 { 255 } else { 0 });
    let half = |width: usize| npy(&[16, width / 2], (0..8 * width).map(|i| (i % 7) as f32 / 7.0));
    let first = pair(("a_gt.png", &truth(40)), ("a_pred.npy", &half(40)));
    let looked_at = seen(&first, "prediction", json!({}));
    let mut choice = json!(looked_at.reading.choice);
    choice["size"]["method"] = json!("area");
    let chosen = seen(&first, "prediction", json!({ "choice": choice }));
    let remembered = vec![(chosen.reading.shape_key, chosen.reading.choice)];
    let second = pair(("b_gt.png", &truth(60)), ("b_pred.npy", &half(60)));
    assert!(matches!(row(&session, &second, &Vec::new()), RowOutcome::Asked { .. }));
    let numbers = measured(row(&session, &second, &remembered));
    assert_eq!((numbers.width, numbers.height), (60, 32));
    let next = seen(&second, "prediction", json!({ "remembered": remembered }));
    assert_eq!(json!(next.reading.choice.size)["method"], "area");
}

#[test]
fn of_an_archive_the_array_is_taken_that_was_chosen_before() {
    let archive = |right: bool| {
        let array = |right: bool| npy(&[16, 20], (0..320).map(move |i| f32::from((i % 20 < 5) == right)));
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, right) in [("first.npy", right), ("second.npy", !right)] {
            writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("an entry");
            std::io::Write::write_all(&mut writer, &array(right)).expect("room");
        }
        writer.finish().expect("a zip").into_inner()
    };
    let truth = png(20, 16, |x, _| if x < 5 { 255 } else { 0 });
    let first = pair(("a_gt.png", &truth), ("a_pred.npz", &archive(false)));
    let RowOutcome::Asked { .. } = row(&Session::default(), &first, &Vec::new()) else {
        panic!("it has two arrays")
    };
    let looked_at = seen(&first, "prediction", json!({}));
    assert_eq!(looked_at.reading.choice.array.as_deref(), Some("first"));
    let mut choice = json!(looked_at.reading.choice);
    choice["array"] = json!("second");
    let chosen = seen(&first, "prediction", json!({ "choice": choice }));
    assert_eq!(chosen.reading.shape_key, looked_at.reading.shape_key, "whichever of them is looked at");
    let remembered = vec![(chosen.reading.shape_key, chosen.reading.choice)];
    let numbers = measured(row(&Session::default(), &first, &remembered));
    assert!((numbers.metrics["iou"].expect("a number") - 1.0).abs() < 1e-12);
}
