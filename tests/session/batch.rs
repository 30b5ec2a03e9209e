//! A strip of images in a session: each with its own history, together a batch.

use lossfield::field::{Derived, Field, Head, Labels, Logits, Window};

use super::*;

fn look_with(loss: &str) -> Value {
    view(json!({ "panel": open("batch", json!({ "loss": loss })) }))
}

/// A ready-made batch with its panel open.
fn batch(id: &str, loss: &str) -> (Session, Update) {
    let mut session = Session::default();
    let frame =
        apply(&mut session, all(&[json!([{ "kind": "openBatch", "id": id, "side": 64 }]), look_with(loss)]));
    (session, frame)
}

fn select(image: usize) -> Value {
    json!([{ "kind": "selectImage", "image": image }])
}

fn card(frame: &Update, id: &str) -> String {
    frame.cards.iter().find(|card| card.id == id).expect("a card of this loss").text.clone()
}

/// The values of a loss: per image, per batch, of each image.
fn row(frame: &Update, loss: &str) -> Vec<String> {
    let table = &panel(frame).tables["values"];
    table.rows.iter().find(|row| row[0] == loss).expect("a row of this loss")[1..].to_vec()
}

fn remarks(frame: &Update) -> &[String] {
    &panel(frame).texts["remarks"]
}

#[test]
fn each_image_has_the_values_that_its_cards_have() {
    let (mut session, frame) = batch("large-tiny-none", "dice");
    assert_eq!((frame.strip.images.len(), frame.strip.active), (3, 0));
    let dice = row(&frame, "Dice");
    let hinge = row(&frame, "Lovász hinge");
    for image in 0..3 {
        let frame = apply(&mut session, select(image));
        assert_eq!(card(&frame, "dice"), dice[2 + image]);
        assert_eq!(card(&frame, "lovasz_hinge"), hinge[2 + image]);
        assert_eq!(row(&frame, "Dice"), dice, "the batch does not depend on which is at hand");
        assert_eq!(row(&frame, "Lovász hinge"), hinge);
    }
}

#[test]
fn the_ready_batch_shows_its_point() {
    let (_, frame) = batch("large-tiny-none", "dice");
    let dice: Vec<f64> = row(&frame, "Dice").iter().map(|text| text.parse().expect("a number")).collect();
    assert!(dice[0] > 3.0 * dice[1], "per image {} and per batch {}", dice[0], dice[1]);
    let said = remarks(&frame);
    assert!(said[0].starts_with(&format!("Per image Dice is {}", row(&frame, "Dice")[0])), "{said:?}");
    assert!(said[1].starts_with("Image 2 gets"), "{said:?}");
    assert!(said[2].starts_with("Image 3 has no foreground. Per image it counts as 0"), "{said:?}");
    assert_eq!(said.len(), 3);
}

#[test]
fn absent_classes_are_said_and_told_by_rule() {
    let (mut session, frame) = batch("class-missing", "lovasz_softmax");
    assert!(remarks(&frame)[2].starts_with("Image 2 has no class 2."), "{:?}", remarks(&frame));
    let rules = &panel(&frame).tables["rules"];
    assert_eq!(rules.rows.len(), 2);
    assert!(rules.rows[0][0].contains("classes present, as on its card"), "{rules:?}");
    assert_eq!(rules.rows[0][3], rules.rows[1][3], "all classes are in the first image");
    assert_ne!(rules.rows[0][4], rules.rows[1][4]);
    let all = json!([{ "kind": "setLoss", "id": "lovasz_softmax", "settings": { "classes": "all" } }]);
    let frame = apply(&mut session, all);
    let rules_now = &panel(&frame).tables["rules"];
    assert!(rules_now.rows[1][0].contains("as on its card"));
    assert_eq!(rules_now.rows[1][1..5], rules.rows[1][1..5]);
    assert_eq!(row(&frame, "Lovász-softmax"), rules.rows[1][1..5]);
}

/// The one panel goes on from the last frame; the other works everything out anew.
#[test]
fn going_on_gives_what_starting_over_gives() {
    for id in ["large-tiny-none", "class-missing"] {
        let mut edits =
            vec![all(&[json!([{ "kind": "openBatch", "id": id, "side": 64 }]), look_with("lovasz_hinge")])];
        for (i, plane) in ["prediction", "truth", "prediction"].into_iter().enumerate() {
            edits.push(select(1 - i % 2));
            let x = 9.0 + 11.0 * i as f64;
            let commands = stroke(plane, &[x, 5.0, x + 6.0, 40.0]);
            edits.extend(commands.as_array().expect("a list").iter().map(|command| json!([command])));
        }
        edits.push(json!([{ "kind": "softenTruth", "radius": 2 }]));
        edits.push(stroke("truth", &[40.0, 40.0]));
        edits.push(json!([{ "kind": "undo" }, { "kind": "softenTruth", "radius": 0 }]));
        edits.push(json!([{ "kind": "adjust", "adjustment": { "temperature": 2.0, "bias": 0.5, "noise": 0.0, "seed": 1 } }]));
        edits.push(json!([{ "kind": "addImage", "what": "copy" }]));
        edits.push(json!([{ "kind": "removeImage", "image": 0 }]));
        edits.push(json!([{ "kind": "undo" }]));
        let mut seen = Session::default();
        for (i, commands) in edits.iter().enumerate() {
            let stepwise = apply(&mut seen, commands.clone());
            let mut fresh = Session::default();
            for earlier in &edits[..=i] {
                fresh.edit(serde_json::from_value(json!({ "commands": earlier })).expect("commands"));
            }
            let at_once = apply(&mut fresh, json!([]));
            assert_eq!(values(&stepwise), values(&at_once), "{id}: after {commands}");
            let titles = |update: &Update| -> Vec<(String, Option<String>)> {
                let images = update.strip.images.iter();
                images.map(|image| (image.title.clone(), image.misfit.clone())).collect()
            };
            assert_eq!(titles(&stepwise), titles(&at_once), "{id}: after {commands}");
            assert_eq!(stepwise.strip.active, at_once.strip.active, "{id}: after {commands}");
            let (a, b) = (stepwise.panel.expect("open"), at_once.panel.expect("open"));
            assert_eq!(a.tables, b.tables, "{id}: after {commands}");
            assert_eq!(a.texts, b.texts, "{id}: after {commands}");
            assert!(a.pixels == b.pixels, "{id}: after {commands}");
        }
    }
}

#[test]
fn one_undo_goes_through_all_images_and_each_has_its_own_adjustment() {
    let (mut session, _) = batch("large-tiny-none", "dice");
    let first = values(&apply(&mut session, json!([])));
    let second = values(&apply(&mut session, select(1)));
    let painted = values(&apply(&mut session, stroke("prediction", &[10.0, 10.0, 50.0, 50.0])));
    assert_ne!(painted, second);
    let bent = json!({ "temperature": 0.5, "bias": 0.0, "noise": 0.0, "seed": 1 });
    let bent = apply(&mut session, json!([{ "kind": "adjust", "adjustment": bent }]));
    let frame = apply(&mut session, select(0));
    assert_eq!(values(&frame), first);
    assert!((frame.document.adjustment.temperature - 1.0).abs() < 1e-15);
    // A copy is seen as what it is a copy of, and is one step.
    apply(&mut session, select(1));
    let copy = apply(&mut session, json!([{ "kind": "addImage", "what": "copy" }]));
    assert_eq!((values(&copy), copy.strip.active), (values(&bent), 3));
    let gone = apply(&mut session, json!([{ "kind": "undo" }, { "kind": "selectImage", "image": 0 }]));
    assert_eq!((gone.strip.images.len(), values(&gone)), (3, first));
    let undone = apply(&mut session, json!([{ "kind": "undo" }]));
    assert_eq!((undone.strip.active, values(&undone)), (1, painted), "it goes where it takes something back");
    assert_eq!(values(&apply(&mut session, json!([{ "kind": "undo" }]))), second);
}

#[test]
fn soft_edges_and_settings_hold_for_all() {
    let (mut session, _) = batch("large-tiny-none", "dice");
    let hard = values(&apply(&mut session, select(1)));
    let soft = json!([{ "kind": "softenTruth", "radius": 3 }, { "kind": "selectImage", "image": 0 }]);
    assert_eq!(apply(&mut session, soft).document.soft_edges, 3);
    let frame = apply(&mut session, select(1));
    assert_ne!(values(&frame), hard);
    assert_eq!(card(&frame, "dice"), row(&frame, "Dice")[3]);
    let scored = json!([{ "kind": "setLoss", "id": "dice", "settings": { "absent": "scored" } }]);
    assert_eq!(row(&apply(&mut session, scored), "Dice")[4], "1.000");
}

#[test]
fn a_stroke_ends_when_another_image_is_taken_in_hand() {
    let (mut session, before) = batch("large-tiny-none", "dice");
    let commands = stroke("prediction", &[10.0, 10.0, 50.0, 50.0]);
    let going_on = json!({ "kind": "extendStroke", "points": [20.0, 50.0] });
    let edit =
        json!([commands[1], commands[2], { "kind": "selectImage", "image": 2 }, going_on, commands[3]]);
    let third = apply(&mut session, edit);
    assert_eq!(row(&third, "Dice")[4], row(&before, "Dice")[4], "the other image is not painted");
    assert_ne!(row(&third, "Dice")[2], row(&before, "Dice")[2]);
    let first = apply(&mut session, select(0));
    assert!(first.document.can_undo, "the stroke has ended");
    let more = json!([{ "kind": "extendStroke", "points": [60.0, 10.0] }]);
    assert_eq!(values(&apply(&mut session, more)), values(&first));
    let back = apply(&mut session, json!([{ "kind": "undo" }]));
    assert_eq!(values(&back), values(&before), "it is one step of undo");
}

#[test]
fn what_does_not_fit_stays_and_is_said() {
    let (mut session, _) = batch("large-tiny-none", "dice");
    let opened = apply(&mut session, json!([{ "kind": "openPreset", "id": "thin-vessel", "side": 128 }]));
    assert_eq!(row(&opened, "Dice").len(), 3, "per image, per batch, one image");
    assert!(remarks(&opened)[0].starts_with("There is one image"), "{:?}", remarks(&opened));
    let misfits: Vec<bool> = opened.strip.images.iter().map(|image| image.misfit.is_some()).collect();
    assert_eq!(misfits, [false, true, true]);
    let said = opened.strip.images[1].misfit.as_deref().expect("it does not fit");
    assert_eq!(
        said,
        "Not in the batch: it is 64 × 64 and binary, and the chosen image is 128 × 128 and binary."
    );
    let others = apply(&mut session, select(2));
    assert_eq!(row(&others, "Dice").len(), 4);
    assert_eq!(panel(&others).tables["values"].columns[3..], ["image 2", "image 3"]);
    assert!(others.strip.images[0].misfit.is_some());
    let pixels = &panel(&others).pixels;
    assert_eq!(pixels.len(), 2 * 4 * 64 * 64);
    apply(&mut session, select(0));
    let undone = apply(&mut session, json!([{ "kind": "undo" }]));
    assert_eq!(row(&undone, "Dice").len(), 5);
}

#[test]
fn classes_are_changed_for_all_images() {
    let (mut session, before) = batch("large-tiny-none", "jaccard");
    let three = apply(&mut session, json!([{ "kind": "setChannels", "channels": 3 }]));
    assert!(three.strip.images.iter().all(|image| image.misfit.is_none()));
    assert_eq!(row(&three, "Jaccard").len(), 5);
    let refused = apply(&mut session, json!([{ "kind": "setChannels", "channels": 33 }]));
    assert!(refused.notices[0].refusal && row(&refused, "Jaccard") == row(&three, "Jaccard"));
    let back = apply(&mut session, json!([{ "kind": "setChannels", "channels": 1 }]));
    assert_eq!(row(&back, "Dice"), row(&before, "Dice"));
    // All images take it back together.
    let undone = apply(&mut session, json!([{ "kind": "undo" }]));
    assert!(undone.strip.images.iter().all(|image| image.misfit.is_none()) && undone.scene.channels == 3);
}

#[test]
fn removed_images_come_back_with_their_history() {
    let (mut session, _) = batch("large-tiny-none", "dice");
    apply(&mut session, select(2));
    let painted = apply(&mut session, stroke("truth", &[10.0, 10.0]));
    let removed = apply(&mut session, json!([{ "kind": "removeImage", "image": 2 }]));
    assert_eq!((removed.strip.images.len(), removed.strip.active), (2, 1));
    let back = apply(&mut session, json!([{ "kind": "undo" }]));
    assert_eq!((values(&back), back.document.can_undo), (values(&painted), true));
    for (commands, said) in [
        (select(7), "There is no image 8; the strip has 3."),
        (json!([{ "kind": "removeImage", "image": 3 }]), "There is no image 4"),
        (json!([{ "kind": "openBatch", "id": "moon", "side": 64 }]), "There is no batch \"moon\"; there are"),
    ] {
        let frame = apply(&mut session, commands);
        assert!(frame.notices[0].refusal && frame.notices[0].text.contains(said), "{:?}", frame.notices);
        assert_eq!(values(&frame), values(&painted));
    }
}

#[test]
fn a_snapshot_is_of_the_image_at_hand() {
    let (mut session, _) = batch("large-tiny-none", "dice");
    apply(&mut session, select(2));
    let snapshot = session.snapshot();
    assert!(snapshot.labels.iter().all(|&label| label == 0));
    assert_eq!((snapshot.header.images, snapshot.header.empty_images), (3, 1));
    // An image of another size is in the strip and not in the batch.
    apply(&mut session, json!([{ "kind": "openPreset", "id": "tiny-lesion", "side": 96 }]));
    let header = session.snapshot().header;
    assert_eq!((header.images, header.empty_images), (1, 0));
}

/// What is derived of a batch holds after a box of one of its images changed.
#[test]
fn a_box_of_any_image_of_a_field_can_change() {
    for channels in [1, 3] {
        let shape = (3, channels, 8, 8);
        let mut logits = Logits::from_shape_fn(shape, |(n, c, y, x)| {
            ((n * 11 + c * 7 + y * 5 + x * 3) % 13) as f32 / 3.0 - 2.0
        });
        let mut labels = Labels::from_shape_fn((3, 8, 8), |(n, y, x)| u8::from((n + y * x) % 3 == 0));
        let look = |field: &Field<'_>| {
            let mut found = Vec::new();
            for head in [Head::Joint, Head::OneVsRest] {
                for images in [0..3, 0..1, 1..2] {
                    let ranking = field.ranking(head, images, 0);
                    found.extend(ranking.ranks().map(|rank| (rank.pixel as f64, rank.increment)));
                }
                let sums = (0..3).map(|image| field.sums(head, image, channels - 1));
                found.extend(sums.map(|sums| (sums.overlap, sums.prob)));
            }
            found
        };
        let mut derived = Derived::default();
        for (image, truth) in [(1, false), (1, true), (0, false), (2, true)] {
            let field = Field::resume(logits.view(), labels.view(), None, derived).expect("a field");
            look(&field);
            derived = field.into_derived();
            for at in 2..4 {
                logits[[image, 0, at, at]] += if truth { 0.0 } else { 1.5 };
                labels[[image, at, at]] = u8::from(truth);
            }
            let window = Window { image, rows: 2..4, columns: 2..4 };
            derived.logits_changed(logits.view(), &window);
            derived.labels_changed(&window);
            let resumed = Field::resume(logits.view(), labels.view(), None, derived).expect("a field");
            let fresh = Field::new(logits.view(), labels.view(), None).expect("a field");
            assert_eq!(look(&resumed), look(&fresh), "image {image}, {channels} channels");
            derived = resumed.into_derived();
        }
        // Two images between two looks.
        for image in [0, 2] {
            logits[[image, 0, 1, 1]] = 3.0;
            derived.logits_changed(logits.view(), &Window { image, rows: 1..2, columns: 1..2 });
        }
        let resumed = Field::resume(logits.view(), labels.view(), None, derived).expect("a field");
        assert_eq!(look(&resumed), look(&Field::new(logits.view(), labels.view(), None).expect("a field")));
    }
}

#[test]
fn the_lovasz_panel_sorts_the_images_of_the_strip() {
    let (mut session, _) = batch("large-tiny-none", "lovasz_hinge");
    let state = json!({ "error": "hinge", "channel": 0, "part": "images" });
    let look = view(json!({ "panel": open("lovasz", state) }));
    let shown = apply(&mut session, look.clone());
    let first = |row: &[String]| row[0].clone();
    let table = |frame: &Update| panel(frame).tables["images"].rows.clone();
    let rows = table(&shown);
    let names: Vec<String> = rows.iter().map(|row| first(row)).collect();
    assert_eq!(names, ["image 1", "image 2", "image 3", "each by itself: their mean", "all as one"]);
    // The batch panel has the same numbers.
    let closed = apply(&mut session, look_with("lovasz_hinge"));
    let expected = row(&closed, "Lovász hinge");
    let found = [&rows[3], &rows[4], &rows[0], &rows[1], &rows[2]].map(|row| row[3].clone());
    assert_eq!(found.as_slice(), expected);
    // A stroke is followed, and one image by itself is cut in halves.
    apply(&mut session, look.clone());
    let painted = apply(&mut session, stroke("truth", &[4.0, 4.0, 10.0, 4.0]));
    assert_ne!(table(&painted), rows);
    for image in [2, 1] {
        apply(&mut session, json!([{ "kind": "removeImage", "image": image }]));
    }
    let alone = apply(&mut session, look.clone());
    assert_eq!(first(&table(&alone)[0]), "left half");
}
