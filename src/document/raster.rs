//! Pixels of opened files, kept once by their content.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use ndarray::{Array3, Array4};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::field::{Labels, Logits};
use crate::scene::{LONGEST_SIDE, MAX_CHANNELS, MOST_LOGITS};

/// Content of a plane, by its SHA-256, of which 128 bits in hexadecimal are enough to tell files apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// The digest as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(bytes: &[u8]) -> Self {
        use fmt::Write as _;
        let mut text = String::with_capacity(32);
        for byte in &Sha256::digest(bytes)[..16] {
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }
}

impl From<&str> for Digest {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Pixels of one plane of one image.
#[derive(Debug, Clone, PartialEq)]
pub enum RasterPlane {
    /// Labels `[image, y, x]`, one image.
    Labels(Labels),
    /// Logits `[image, class, y, x]`, one image.
    Logits(Logits),
    /// Weights of pixels `[image, y, x]`, one image.
    Weights(Array3<f32>),
    /// A picture `[y, x]`, 8-bit grey, row by row, and its width.
    Picture(Vec<u8>, usize),
}

/// Why bytes are no plane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RasterError(String);

impl fmt::Display for RasterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RasterError {}

/// Bytes of the header: kind, channels, height and width.
const HEADER: usize = 10;

impl RasterPlane {
    fn raw(&self) -> Vec<u8> {
        let (kind, channels, height, width) = match self {
            Self::Labels(labels) => (b'l', 1, labels.dim().1, labels.dim().2),
            Self::Logits(logits) => (b'z', logits.dim().1, logits.dim().2, logits.dim().3),
            Self::Weights(weights) => (b'w', 1, weights.dim().1, weights.dim().2),
            Self::Picture(grey, width) => (b'p', 1, grey.len() / (*width).max(1), *width),
        };
        let mut raw = vec![kind, channels as u8];
        raw.extend((height as u32).to_le_bytes());
        raw.extend((width as u32).to_le_bytes());
        match self {
            Self::Labels(labels) => raw.extend(labels.iter()),
            Self::Logits(logits) => raw.extend(logits.iter().flat_map(|z| z.to_le_bytes())),
            Self::Weights(weights) => raw.extend(weights.iter().flat_map(|w| w.to_le_bytes())),
            Self::Picture(grey, _) => raw.extend(grey),
        }
        raw
    }

    /// The content's digest, and all of it compressed.
    pub fn encode(&self) -> (Digest, Vec<u8>) {
        let raw = self.raw();
        let mut bytes = raw[..HEADER].to_vec();
        bytes.extend(compress_to_vec(&raw[HEADER..], 6));
        (Digest::of(&raw), bytes)
    }

    /// A plane from [`RasterPlane::encode`], with its digest. Refuses bytes of another size than their header says, and sizes
    /// that no scene has, before anything is allocated for them.
    pub fn decode(bytes: &[u8]) -> Result<(Digest, Self), RasterError> {
        let refused = |why: &str| RasterError(format!("the pixels of an opened file are damaged: {why}"));
        let (header, compressed) =
            bytes.split_at_checked(HEADER).ok_or_else(|| refused("they end in their header"))?;
        let number = |at: usize| {
            u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]) as usize
        };
        let (kind, channels, height, width) = (header[0], usize::from(header[1]), number(2), number(6));
        let fits = (1..=LONGEST_SIDE).contains(&height) && (1..=LONGEST_SIDE).contains(&width);
        if !fits || !(1..=MAX_CHANNELS).contains(&channels) || channels * height * width > MOST_LOGITS {
            return Err(refused("their size is none that can be opened"));
        }
        let values = channels * height * width;
        let size = if matches!(kind, b'z' | b'w') { values * size_of::<f32>() } else { values };
        let data = decompress_to_vec_with_limit(compressed, size)
            .ok()
            .filter(|data| data.len() == size)
            .ok_or_else(|| refused("they are not of the size that their header says"))?;
        let floats = || data.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let plane = match kind {
            b'l' if channels == 1 => Array3::from_shape_vec((1, height, width), data).ok().map(Self::Labels),
            b'z' => Array4::from_shape_vec((1, channels, height, width), floats()).ok().map(Self::Logits),
            b'w' if channels == 1 => {
                Array3::from_shape_vec((1, height, width), floats()).ok().map(Self::Weights)
            }
            b'p' if channels == 1 => Some(Self::Picture(data, width)),
            _ => None,
        };
        let plane = plane.ok_or_else(|| refused("their kind is unknown"))?;
        Ok((Digest::of(&plane.raw()), plane))
    }
}

/// Planes by their digests.
#[derive(Debug, Clone, Default)]
pub struct Rasters {
    planes: BTreeMap<Digest, Rc<RasterPlane>>,
}

impl Rasters {
    /// Keeps a plane, and gives its digest with its bytes, unless it is kept already.
    pub fn keep(&mut self, plane: RasterPlane) -> (Digest, Option<Vec<u8>>) {
        let (digest, bytes) = plane.encode();
        let is_new = self.planes.insert(digest.clone(), Rc::new(plane)).is_none();
        (digest, is_new.then_some(bytes))
    }

    /// Takes in a plane from [`RasterPlane::encode`]. Refuses what [`RasterPlane::decode`] refuses.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Digest, RasterError> {
        let (digest, plane) = RasterPlane::decode(bytes)?;
        self.planes.insert(digest.clone(), Rc::new(plane));
        Ok(digest)
    }

    /// The plane of a digest.
    pub fn get(&self, digest: &Digest) -> Option<&RasterPlane> {
        self.planes.get(digest).map(|plane| &**plane)
    }

    /// Labels of a digest.
    pub fn labels(&self, digest: &Digest) -> Option<Labels> {
        if let RasterPlane::Labels(labels) = self.get(digest)? { Some(labels.clone()) } else { None }
    }

    /// Logits of a digest.
    pub fn logits(&self, digest: &Digest) -> Option<Logits> {
        if let RasterPlane::Logits(logits) = self.get(digest)? { Some(logits.clone()) } else { None }
    }

    /// Weights of a digest.
    pub fn weights(&self, digest: &Digest) -> Option<Array3<f32>> {
        if let RasterPlane::Weights(weights) = self.get(digest)? { Some(weights.clone()) } else { None }
    }

    /// The picture of a digest, 8-bit grey `[y, x]`.
    pub fn picture(&self, digest: &Digest) -> Option<Vec<u8>> {
        if let RasterPlane::Picture(grey, _) = self.get(digest)? { Some(grey.clone()) } else { None }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn planes() -> [RasterPlane; 4] {
        [
            RasterPlane::Labels(Labels::from_shape_fn((1, 5, 7), |(_, y, x)| ((x * y) % 3) as u8)),
            RasterPlane::Logits(Logits::from_shape_fn((1, 3, 5, 7), |(_, c, y, x)| {
                (c * y) as f32 - 0.3 * x as f32
            })),
            RasterPlane::Picture((0..35).collect(), 7),
            RasterPlane::Weights(Array3::from_shape_fn((1, 5, 7), |(_, y, x)| (y + 7 * x) as f32 / 3.0)),
        ]
    }

    #[test]
    fn planes_come_back_from_their_bytes_and_are_kept_once() {
        let mut rasters = Rasters::default();
        for plane in planes() {
            let (digest, bytes) = plane.encode();
            assert_eq!(RasterPlane::decode(&bytes), Ok((digest.clone(), plane.clone())));
            assert_eq!(rasters.keep(plane.clone()), (digest.clone(), Some(bytes)));
            assert_eq!(rasters.keep(plane.clone()), (digest.clone(), None));
            assert_eq!(rasters.get(&digest), Some(&plane));
        }
        let digests: Vec<_> = planes().iter().map(|plane| plane.encode().0).collect();
        assert!(rasters.labels(&digests[0]).is_some() && rasters.labels(&digests[1]).is_none());
        assert!(rasters.logits(&digests[1]).is_some() && rasters.picture(&digests[2]).is_some());
    }

    #[test]
    fn a_size_that_nobody_has_is_refused_before_it_is_allocated() {
        let (_, mut bytes) = planes()[1].encode();
        bytes[2..6].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(RasterPlane::decode(&bytes).unwrap_err().to_string().contains("none that can be opened"));
        let (_, mut bytes) = planes()[0].encode();
        bytes[2] = 4;
        assert!(RasterPlane::decode(&bytes).unwrap_err().to_string().contains("header says"));
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_plane_or_a_sentence(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Err(refusal) = RasterPlane::decode(&bytes) {
                prop_assert!(refusal.to_string().starts_with("the pixels of an opened file"));
            }
        }
    }
}
