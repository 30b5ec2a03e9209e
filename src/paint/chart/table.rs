//! Tables of a chart's numbers, to be read or exported.

use super::super::number::short;

/// Entry of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Name.
    Text(String),
    /// Number in full precision.
    Number(f64),
    /// Blank, where nothing was measured.
    Empty,
}

/// Table: rows of equal length under named columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Names of the columns, with units.
    pub columns: Vec<String>,
    /// Entries, row by row.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Rows as text for people, four significant digits a number.
    pub fn texts(&self) -> impl DoubleEndedIterator<Item = Vec<String>> {
        self.rows.iter().map(|row| {
            let text = |cell: &Cell| match cell {
                Cell::Text(text) => text.clone(),
                Cell::Number(value) => short(*value),
                Cell::Empty => String::new(),
            };
            row.iter().map(text).collect()
        })
    }

    /// Comma-separated values with one line of names (RFC 4180), numbers in full precision.
    pub fn csv(&self) -> String {
        let mut csv = line(self.columns.iter().map(|name| quoted(name)));
        for row in &self.rows {
            csv += &line(row.iter().map(|cell| match cell {
                Cell::Text(text) => quoted(text),
                Cell::Number(value) => value.to_string(),
                Cell::Empty => String::new(),
            }));
        }
        csv
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    cells.collect::<Vec<_>>().join(",") + "\r\n"
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_commas_are_quoted_and_numbers_keep_their_digits() {
        let table = Table {
            columns: vec!["foreground, %".into(), "a \"b\"".into(), "c".into()],
            rows: vec![vec![Cell::Number(0.1 + 0.2), Cell::Text("x".into()), Cell::Empty]],
        };
        assert_eq!(table.csv(), "\"foreground, %\",\"a \"\"b\"\"\",c\r\n0.30000000000000004,x,\r\n");
        assert_eq!(table.texts().next().unwrap(), ["0.3000", "x", ""]);
    }
}
