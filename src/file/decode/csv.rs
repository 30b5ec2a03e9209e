//! Numbers in text: a row of pixels a line, separated by commas, semicolons, tabs or blanks.

use super::super::source::{ChannelAxis, ColourModel, DType, Format, Number, Source};
use super::super::{FileRefusal, LONGEST_SIDE, text};
use super::check_size;

/// Separators, the one that is surest first: a comma may be a decimal sign beside semicolons.
const SEPARATORS: [char; 3] = [';', '\t', ','];

pub(super) fn decode(bytes: &[u8]) -> Result<Source, FileRefusal> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let all = str::from_utf8(bytes).map_err(|_| text::no_text())?;
    let lines = || {
        let kept = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
        (1..).zip(all.lines()).filter(move |(_, line)| kept(line))
    };
    let first = lines().next().map_or("", |(_, line)| line);
    let separator = SEPARATORS.into_iter().find(|&separator| first.contains(separator));
    let decimal_comma = separator == Some(';') && !all.contains('.');

    let mut data = Vec::new();
    let (mut width, mut height) = (0, 0);
    for (number, line) in lines() {
        let line = line.trim();
        let line = separator.and_then(|separator| line.strip_suffix(separator)).unwrap_or(line);
        let before = data.len();
        let mut column = 0;
        let mut take = |field: &str| -> Result<(), FileRefusal> {
            column += 1;
            let read =
                if decimal_comma { field.trim().replace(',', ".").parse() } else { field.trim().parse() };
            let value: f64 = read.map_err(|_| text::no_number(field.trim(), number, column))?;
            data.extend(value.to_le_bytes());
            Ok(())
        };
        match separator {
            Some(separator) => line.split(separator).try_for_each(&mut take)?,
            None => line.split_whitespace().try_for_each(&mut take)?,
        }
        let found = (data.len() - before) / 8;
        if height == 0 {
            width = found;
        } else if found != width {
            return Err(text::ragged_rows(number, found, width));
        }
        height += 1;
        if width.max(height) > LONGEST_SIDE {
            return Err(text::size(width as u64, height as u64));
        }
    }
    check_size(width as u64, height as u64)?;
    Ok(Source {
        name: String::new(),
        format: Format::Csv,
        model: ColourModel::Array,
        alpha: false,
        lossy: false,
        dtype: DType::little(Number::Float, 8),
        bits: 64,
        shape: vec![height, width],
        fortran_order: false,
        channel_axis: ChannelAxis::First,
        palette: Vec::new(),
        data,
        arrays: Vec::new(),
        array: None,
        notes: Vec::new(),
    })
}
