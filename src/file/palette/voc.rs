//! Pascal VOC (Everingham et al. 2010): 21 classes, and a colour map of 256 whose last is void.

/// Names by id.
pub(super) const NAMES: [&str; 21] = [
    "background",
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "dining table",
    "dog",
    "horse",
    "motorbike",
    "person",
    "potted plant",
    "sheep",
    "sofa",
    "train",
    "tv monitor",
];

/// Colour of an id: its bits dealt out to red, green and blue in turn, the lowest to the highest bit. That of 255,
/// which is void, is (224, 224, 192).
pub(super) fn colour(id: u8) -> [u8; 3] {
    let channel =
        |channel: u8| (0..3).fold(0, |value, turn| value | ((id >> (3 * turn + channel)) & 1) << (7 - turn));
    // The ninth bit of the last turn's blue is not there.
    let blue = (0..2).fold(0, |value, turn| value | ((id >> (3 * turn + 2)) & 1) << (7 - turn));
    [channel(0), channel(1), blue]
}
