//! How a file would be read, before it is opened.

use lossfield::file::{Key, Sizing, To};
use lossfield::session::Session;
use lossfield::session::preview::{Preview, PreviewRequest};
use serde_json::{Value, json};

use super::opening::png;
use super::{apply, value};

/// Ids 1, 2 and 3 in stripes: which one is the background?
fn trimap() -> Vec<u8> {
    png(48, 30, |x, _| 1 + (x / 16) as u8)
}

/// A session whose first frame was shown.
fn begun() -> Session {
    let mut session = Session::default();
    apply(&mut session, json!([]));
    session
}

fn request(plane: &str, more: &Value) -> PreviewRequest {
    let mut request = json!({ "plane": plane, "name": "mine.png", "remembered": [], "theme": "light" });
    for (field, value) in more.as_object().expect("fields") {
        request[field] = value.clone();
    }
    serde_json::from_value(request).expect("a request of the protocol")
}

fn preview(session: &Session, plane: &str, more: &Value, bytes: &[u8]) -> Preview {
    session.preview(&request(plane, more), bytes).expect("a readable file").expect("a mask")
}

#[test]
fn a_preview_shows_what_opening_it_shows() {
    for plane in ["truth", "prediction"] {
        let mut session = Session::default();
        apply(&mut session, json!([{ "kind": "openPreset", "id": "empty", "side": 64 }]));
        let bytes = trimap();
        let seen = preview(&session, plane, &json!({}), &bytes);
        assert!(!seen.reading.sure && seen.reading.questions.len() == 1, "{:?}", seen.reading);
        assert_eq!(seen.refusal, None);
        assert_eq!((seen.width, seen.height, seen.pixels.len()), (48, 30, 4 * 48 * 30));
        let update = apply(
            &mut session,
            json!([{ "kind": "open", "plane": plane, "name": "mine.png", "bytes": bytes,
                     "choice": seen.reading.choice }]),
        );
        assert_eq!((update.scene.width, update.scene.height), (48, 30));
        let shown = if plane == "truth" { update.pictures.truth() } else { update.pictures.prediction() };
        assert!(shown == seen.pixels, "the picture of the {plane} is another one");
    }
}

#[test]
fn a_file_that_is_not_sure_is_refused_without_a_choice_and_changes_nothing() {
    let mut session = Session::default();
    let before = apply(&mut session, json!([]));
    let after = apply(
        &mut session,
        json!([{ "kind": "open", "plane": "truth", "name": "mine.png", "bytes": trimap() }]),
    );
    let question = &preview(&session, "truth", &json!({}), &trimap()).reading.questions[0];
    assert_eq!(after.notices.len(), 1);
    assert!(after.notices[0].text.contains(question), "{:?}", after.notices);
    assert!((value(&after, "dice") - value(&before, "dice")).abs() < 1e-15);
    assert!(!after.document.can_undo);
}

#[test]
fn a_choice_is_what_the_next_file_of_its_kind_is_read_by() {
    let session = begun();
    let first = preview(&session, "truth", &json!({}), &trimap());
    let mut choice = json!(first.reading.choice);
    choice["values"]["assign"] = json!([
        { "key": 1.0, "to": "void" }, { "key": 2.0, "to": { "class": 1 } }, { "key": 3.0, "to": "nothing" },
    ]);
    choice["values"]["classes"] = json!(2);
    let chosen = preview(&session, "truth", &json!({ "choice": choice }), &trimap());
    let meaning: Vec<_> = chosen.reading.values.iter().map(|row| (row.key.clone(), row.to)).collect();
    assert_eq!(
        meaning,
        [
            (Key::Value(1.0), Some(To::Void)),
            (Key::Value(2.0), Some(To::Class(1))),
            (Key::Value(3.0), Some(To::Nothing)),
        ]
    );
    // Another picture of the same kind, larger and with the values elsewhere.
    let other = png(64, 64, |_, y| 1 + (y / 22) as u8);
    let remembered = json!({ "remembered": [[chosen.reading.shape_key, chosen.reading.choice]] });
    let next = preview(&session, "truth", &remembered, &other);
    assert!(next.reading.sure, "{:?}", next.reading);
    assert_eq!(next.reading.choice.values, chosen.reading.choice.values);
}

#[test]
fn a_large_file_has_a_small_picture_of_the_pixels_in_it() {
    let session = begun();
    let bytes = png(1536, 768, |x, _| if x >= 768 { 255 } else { 0 });
    let seen = preview(&session, "truth", &json!({}), &bytes);
    assert_eq!((seen.width, seen.height), (384, 192));
    let colour = |x: usize, y: usize| &seen.pixels[4 * (y * 384 + x)..][..4];
    assert_ne!(colour(191, 100), colour(192, 100));
    assert_eq!(colour(0, 0), colour(191, 191));
    assert_eq!(colour(192, 0), colour(383, 191));
}

#[test]
fn what_is_larger_than_a_scene_is_refused_at_its_own_size_and_opens_as_a_part_or_resampled() {
    let mut session = begun();
    let bytes = png(3000, 2500, |x, y| if x < 1500 && y < 1250 { 255 } else { 0 });
    let seen = preview(&session, "truth", &json!({}), &bytes);
    assert!(!seen.reading.sure);
    assert_eq!(seen.crop, Sizing::Crop { x: 476, y: 226, width: 2048, height: 2048 });
    assert!(
        matches!(seen.resample, Sizing::Resample { width: 2048, height: 1707, .. }),
        "{:?}",
        seen.resample
    );
    let mut choice = json!(seen.reading.choice);
    choice["size"] = json!({ "kind": "own" });
    let own = preview(&session, "truth", &json!({ "choice": choice }), &bytes);
    assert!(own.refusal.as_ref().is_some_and(|why| why.contains("2048")), "{:?}", own.refusal);
    assert_eq!((own.width, own.height), (384, 320), "it is seen all the same");
    for (size, expected) in [(seen.crop, (2048, 2048)), (seen.resample, (2048, 1707))] {
        choice["size"] = json!(size);
        let open = json!([{ "kind": "open", "plane": "truth", "name": "mine.png", "bytes": bytes, "choice": choice }]);
        let update = apply(&mut session, open);
        assert_eq!((update.scene.width, update.scene.height), expected);
    }
}

#[test]
fn a_saved_drawing_is_no_mask() {
    let session = begun();
    let saved = session.file();
    assert!(session.preview(&request("truth", &json!({})), saved.as_bytes()).unwrap().is_none());
}
