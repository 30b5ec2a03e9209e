//! Cards set as in a library, and libraries compared.

use super::*;

#[test]
fn a_card_can_be_set_as_in_a_library() {
    let mut session = Session::default();
    let first = apply(&mut session, preset("rare-class"));
    let versions = first.versions.as_ref().expect("what libraries have is told at first");
    let known: Vec<_> = versions["dice"].iter().map(|version| version.library.as_str()).collect();
    assert!(["smp", "monai", "kornia", "nnunet"].iter().all(|id| known.contains(id)), "{known:?}");
    let own = value(&first, "dice");

    let as_in = |id: &str, library: &str, function: &str| json!([{ "kind": "setLossFrom", "id": id, "library": library, "function": function }]);
    let nnunet = apply(&mut session, as_in("dice", "nnunet", "SoftDiceLoss"));
    assert!(value(&nnunet, "dice") < 0.0, "nnU-Net's is the negative score");
    let card = nnunet.cards.iter().find(|card| card.id == "dice").expect("a card");
    let shown = card.preset_from.as_ref().expect("it says what it is");
    assert_eq!((shown.library.as_str(), shown.function.as_str()), ("nnunet", "SoftDiceLoss"));
    assert_eq!(nnunet.document.losses["dice"].settings["outer"], "minus".into());
    assert!(nnunet.versions.is_none(), "the scene is the same");

    // A control that is moved makes it one's own again.
    let moved = apply(&mut session, json!([{ "kind": "setLoss", "id": "dice", "settings": {} }]));
    assert!(moved.cards.iter().all(|card| card.preset_from.is_none()));
    assert!((value(&moved, "dice") - own).abs() < 1e-15);

    let refused = apply(&mut session, as_in("dice", "torch", "cross_entropy"));
    assert!(
        refused.notices[0].text.contains("torch has no \"cross_entropy\" for Dice"),
        "{:?}",
        refused.notices
    );
    assert!((value(&refused, "dice") - own).abs() < 1e-15);
}

#[test]
fn a_card_as_in_a_library_follows_the_scene_as_far_as_the_library_does() {
    let mut session = Session::default();
    apply(&mut session, preset("balanced-disc"));
    let smp = json!([{ "kind": "setLossFrom", "id": "lovasz_hinge", "library": "smp", "function": "LovaszLoss" },
                             { "kind": "setLossFrom", "id": "dice", "library": "smp", "function": "DiceLoss" }]);
    let binary = apply(&mut session, smp);
    let call = |frame: &Update, id: &str| {
        let card = frame.cards.iter().find(|card| card.id == id).expect("a card");
        card.preset_from.as_ref().map(|shown| shown.call.clone())
    };
    assert_eq!(call(&binary, "dice").as_deref(), Some("DiceLoss(mode='binary')"));
    let three = apply(&mut session, json!([{ "kind": "setChannels", "channels": 3 }]));
    assert_eq!(call(&three, "dice").as_deref(), Some("DiceLoss(mode='multiclass')"));
    assert_eq!(call(&three, "lovasz_hinge"), None, "smp's is for binary tasks");
    assert!(
        three.notices.iter().any(|notice| notice.text.contains("keeps its settings")),
        "{:?}",
        three.notices
    );
    assert!(three.versions.is_some());
}

#[test]
fn one_loss_is_compared_between_libraries() {
    let mut session = Session::default();
    apply(&mut session, preset("rare-class"));
    let shown = view(json!({ "panel": open("libraries", json!({ "loss": "dice" })), "code": "dice" }));
    let frame = apply(&mut session, shown);
    let comparison = &panel(&frame).details;
    assert_eq!(comparison["value"], value(&frame, "dice"));
    let rows = comparison["rows"].as_array().expect("rows");
    let row = |library: &str| rows.iter().find(|row| row["library"] == library).expect(library);
    let (smp, nnunet) = (row("smp"), row("nnunet"));
    assert_eq!(
        (&smp["same"], &smp["causes"], &smp["differenceText"]),
        (&true.into(), &json!([]), &"".into())
    );
    let difference = nnunet["differenceText"].as_str().expect("a text");
    assert!(nnunet["same"] == false && difference.starts_with('\u{2212}'), "{nnunet}");
    let causes = nnunet["causes"].as_array().expect("causes");
    let is_outer = |cause: &Value| cause["label"] == "loss of a score S" && cause["theirs"] == "−S";
    assert!(causes.iter().any(is_outer), "{nnunet}");

    let code = frame.code.expect("Python was asked for");
    let smp =
        code.iter().find(|line| line.library.starts_with("segmentation-models")).expect("smp has a line");
    assert!(
        smp.code.contains("DiceLoss(mode=\"multiclass\")")
            || smp.code.contains("DiceLoss(mode='multiclass')"),
        "{}",
        smp.code
    );
}
