//! Archives of files, of which one is unpacked at a time.

use std::io::{Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{FileError, FileRefusal, MOST_BYTES, text};

/// Most entries of an archive.
const MOST_ENTRIES: usize = 100_000;

/// Zip of files. Of what it is made of only the directory is kept.
#[derive(Debug)]
pub struct Archive<R> {
    name: String,
    zip: ZipArchive<R>,
    names: Vec<String>,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the directory of a zip of this name. Error for what is none, is damaged or has too many entries.
    pub fn open(name: &str, source: R) -> Result<Self, FileError> {
        let of = |refusal: FileRefusal| refusal.of(name);
        let zip = ZipArchive::new(source).map_err(|error| of(damage(&error)))?;
        if zip.len() > MOST_ENTRIES {
            return Err(of(text::many_entries(zip.len(), MOST_ENTRIES)));
        }
        let mut names = Vec::with_capacity(zip.len());
        for at in 0..zip.len() {
            let name = zip.name_for_index(at).transpose().map_err(|error| of(damage(&error)))?;
            let name = name.unwrap_or_default();
            let is_folder = name.ends_with(['/', '\\']);
            names.push(if is_folder { String::new() } else { name.into_owned() });
        }
        Ok(Self { name: name.to_owned(), zip, names })
    }

    /// Names of its entries with their folders, by place; that of a folder is empty.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Bytes of one entry. Error for one that is not there, is damaged, or unpacks to more than [`MOST_BYTES`].
    pub fn unpack(&mut self, at: usize) -> Result<Vec<u8>, FileError> {
        let name = self.names.get(at).cloned().unwrap_or_default();
        let within = format!("{}/{name}", self.name);
        let entry = self.zip.by_index(at).map_err(|error| damage(&error).of(&within))?;
        let mut bytes = Vec::new();
        entry
            .take(MOST_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| text::damaged_entry(&error).of(&within))?;
        if bytes.len() > MOST_BYTES {
            return Err(text::huge_entry().of(&within));
        }
        Ok(bytes)
    }
}

fn damage(error: &ZipError) -> FileRefusal {
    text::damaged_zip(&error.to_string())
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zip(files: &[(&str, &[u8])]) -> Cursor<Vec<u8>> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.add_directory("d", SimpleFileOptions::default()).unwrap();
        for (name, bytes) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap()
    }

    #[test]
    fn entries_are_unpacked_one_at_a_time_by_their_place() {
        let mut archive =
            Archive::open("set.zip", zip(&[("d/a.png", b"first"), ("d/b.png", b"second")])).unwrap();
        assert_eq!(archive.names(), ["", "d/a.png", "d/b.png"]);
        assert_eq!(archive.unpack(2).unwrap(), b"second");
        assert_eq!(archive.unpack(1).unwrap(), b"first");
        assert!(archive.unpack(3).unwrap_err().to_string().starts_with("set.zip/: found a zip"));
    }

    #[test]
    fn what_unpacks_to_more_than_a_file_may_have_is_refused() {
        let zeros = vec![0; MOST_BYTES + 1];
        let packed = zip(&[("bomb.png", &zeros), ("whole.png", &zeros[1..])]);
        assert!(packed.get_ref().len() < MOST_BYTES / 100);
        let mut archive = Archive::open("set.zip", packed).unwrap();
        let refused = archive.unpack(1).unwrap_err().to_string();
        assert!(
            refused.starts_with("set.zip/bomb.png: found a part of a zip that unpacks to more"),
            "{refused}"
        );
        assert_eq!(archive.unpack(2).unwrap().len(), MOST_BYTES);
    }

    #[test]
    fn damage_is_told_and_leaves_the_other_entries() {
        assert!(Archive::open("set.zip", Cursor::new(b"PK and so on".to_vec())).is_err());
        let mut bytes = zip(&[("a", &[7; 3000]), ("b", b"whole")]).into_inner();
        let at = bytes.windows(3).position(|window| window == b"PK\x03").unwrap();
        // Within the packed bytes of the first file, behind both headers.
        for byte in &mut bytes[at + 70..at + 76] {
            *byte ^= 0x5a;
        }
        let mut archive = Archive::open("set.zip", Cursor::new(bytes)).unwrap();
        let refused = archive.unpack(1).unwrap_err().to_string();
        assert!(refused.starts_with("set.zip/a: found a damaged part of a zip"), "{refused}");
        assert_eq!(archive.unpack(2).unwrap(), b"whole");
    }
}
