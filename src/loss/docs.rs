//! The module docs of a loss, read back as data, so that the page and rustdoc tell the same.
//!
//! The fixed form: a first paragraph that says what the loss measures, then these sections, each once:
//! `# Formula` (paragraphs of prose, each followed by a fenced block of TeX), `# Parameters` (a bullet for each,
//! opening with its id in backticks), `# Shapes`, `# Range`, `# Edge cases`, `# Source`.

/// Module docs of a source file, its leading `//!` lines, to be given as `Spec::docs`.
///
/// The slice is copied out at compile time, so that the rest of the file does not end up in the binary.
macro_rules! module_docs {
    ($file:literal) => {{
        const SOURCE: &[u8] = include_bytes!($file);
        const LEN: usize = $crate::loss::docs::head_len(SOURCE);
        const HEAD: [u8; LEN] = $crate::loss::docs::head(SOURCE);
        match ::core::str::from_utf8(&HEAD) {
            Ok(head) => head,
            Err(_) => panic!("module docs are UTF-8"),
        }
    }};
}
pub(crate) use module_docs;

/// Length in bytes of the leading lines that begin with `//!`.
pub(crate) const fn head_len(source: &[u8]) -> usize {
    let mut at = 0;
    while at + 3 <= source.len() && source[at] == b'/' && source[at + 1] == b'/' && source[at + 2] == b'!' {
        while at < source.len() && source[at] != b'\n' {
            at += 1;
        }
        if at < source.len() {
            at += 1;
        }
    }
    at
}

/// First `LEN` bytes of the source: its leading `//!` lines.
pub(crate) const fn head<const LEN: usize>(source: &[u8]) -> [u8; LEN] {
    let mut head = [0; LEN];
    let mut at = 0;
    while at < LEN {
        head[at] = source[at];
        at += 1;
    }
    head
}

/// Docs of a loss, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Summary: the quantity that the loss measures.
    pub summary: String,
    /// Formulas in TeX, each with the words before it.
    pub formulas: Vec<Formula>,
    /// Meaning of each parameter, by id.
    pub params: Vec<(String, String)>,
    /// Other sections, as pairs of title and text.
    pub sections: Vec<(String, String)>,
}

/// Formula with its caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formula {
    /// Words before the formula, such as "Binary:".
    pub caption: String,
    /// Formula in TeX, display style.
    pub tex: String,
}

impl Page {
    /// Takes the lines of [`Spec::docs`](super::Spec) apart.
    pub fn read(docs: &str) -> Self {
        let mut page =
            Self { summary: String::new(), formulas: Vec::new(), params: Vec::new(), sections: Vec::new() };
        let lines: Vec<&str> = docs.lines().map(|line| line.trim_start_matches("//!").trim()).collect();
        let mut parts = Vec::new();
        for line in lines {
            if let Some(title) = line.strip_prefix("# ") {
                parts.push((title, Vec::new()));
            } else if let Some((_, body)) = parts.last_mut() {
                body.push(line);
            } else {
                parts.push(("", vec![line]));
            }
        }
        for (title, body) in parts {
            match title {
                "" => page.summary = paragraphs(&body),
                "Formula" => page.formulas = formulas(&body),
                "Parameters" => page.params = bullets(&body),
                _ => page.sections.push((title.into(), paragraphs(&body))),
            }
        }
        page
    }

    /// Text of one of the other sections; none if the docs lack it.
    pub fn section(&self, title: &str) -> Option<&str> {
        self.sections.iter().find(|(known, _)| known == title).map(|(_, text)| text.as_str())
    }
}

/// Joins the lines of each paragraph by spaces and the paragraphs by newlines.
fn paragraphs(lines: &[&str]) -> String {
    lines
        .split(|line| line.is_empty())
        .filter(|lines| !lines.is_empty())
        .map(|lines| lines.join(" "))
        .collect::<Vec<_>>()
        .join("\n")
}

fn formulas(lines: &[&str]) -> Vec<Formula> {
    let mut formulas = Vec::new();
    let mut fences = lines.split(|line| line.starts_with("```"));
    while let (Some(caption), Some(tex)) = (fences.next(), fences.next()) {
        formulas.push(Formula { caption: paragraphs(caption), tex: tex.join("\n") });
    }
    formulas
}

fn bullets(lines: &[&str]) -> Vec<(String, String)> {
    let mut bullets: Vec<(String, String)> = Vec::new();
    for line in lines {
        if let Some((id, text)) = line.strip_prefix("* `").and_then(|rest| rest.split_once('`')) {
            bullets.push((id.into(), text.trim_start_matches([':', ' ', ',']).into()));
        } else if let (Some((_, text)), false) = (bullets.last_mut(), line.is_empty()) {
            text.push(' ');
            text.push_str(line);
        }
    }
    bullets
}
