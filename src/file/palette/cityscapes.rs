//! Cityscapes (Cordts et al. 2016): 34 ids in a file, of which 19 are trained on.

/// Label of the data set: its id is its place in [`LABELS`].
pub(super) struct Label {
    pub(super) name: &'static str,
    /// Class that is trained, 0 to 18; none for what evaluation leaves out.
    pub(super) train_id: Option<u8>,
    pub(super) colour: [u8; 3],
}

const fn label(name: &'static str, train_id: Option<u8>, colour: [u8; 3]) -> Label {
    Label { name, train_id, colour }
}

/// Labels by id, as the scripts of the data set list them. A pole group is drawn as a pole is.
pub(super) const LABELS: [Label; 34] = [
    label("unlabeled", None, [0, 0, 0]),
    label("ego vehicle", None, [0, 0, 0]),
    label("rectification border", None, [0, 0, 0]),
    label("out of roi", None, [0, 0, 0]),
    label("static", None, [0, 0, 0]),
    label("dynamic", None, [111, 74, 0]),
    label("ground", None, [81, 0, 81]),
    label("road", Some(0), [128, 64, 128]),
    label("sidewalk", Some(1), [244, 35, 232]),
    label("parking", None, [250, 170, 160]),
    label("rail track", None, [230, 150, 140]),
    label("building", Some(2), [70, 70, 70]),
    label("wall", Some(3), [102, 102, 156]),
    label("fence", Some(4), [190, 153, 153]),
    label("guard rail", None, [180, 165, 180]),
    label("bridge", None, [150, 100, 100]),
    label("tunnel", None, [150, 120, 90]),
    label("pole", Some(5), [153, 153, 153]),
    label("polegroup", None, [153, 153, 153]),
    label("traffic light", Some(6), [250, 170, 30]),
    label("traffic sign", Some(7), [220, 220, 0]),
    label("vegetation", Some(8), [107, 142, 35]),
    label("terrain", Some(9), [152, 251, 152]),
    label("sky", Some(10), [70, 130, 180]),
    label("person", Some(11), [220, 20, 60]),
    label("rider", Some(12), [255, 0, 0]),
    label("car", Some(13), [0, 0, 142]),
    label("truck", Some(14), [0, 0, 70]),
    label("bus", Some(15), [0, 60, 100]),
    label("caravan", None, [0, 0, 90]),
    label("trailer", None, [0, 0, 110]),
    label("train", Some(16), [0, 80, 100]),
    label("motorcycle", Some(17), [0, 0, 230]),
    label("bicycle", Some(18), [119, 11, 32]),
];
