//! A mistake in a rule file, with its exact place, and how it is shown to people.

use std::fmt;
use std::ops::Range;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The rules cannot be used.
    Error,
    /// The rules can be used, but hardly do what was meant.
    Warning,
}

/// One mistake in a rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The file, as the user knows it.
    pub file: String,
    /// Line, from 1; 0 if the whole file is meant.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters of the line are wrong, at least 1.
    pub length: usize,
    /// The line as it stands in the file, without its end.
    pub source_line: String,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

impl Problem {
    /// An error at the bytes `span` of `source`. A span over several lines is cut at the end of the first.
    pub fn error(file: &str, source: &str, span: Range<usize>, message: impl Into<String>) -> Problem {
        let start = floor_char_boundary(source, span.start);
        let end = floor_char_boundary(source, span.end.max(start));
        let line_start = source[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = source[start..].find('\n').map_or(source.len(), |newline| start + newline);
        Problem {
            severity: Severity::Error,
            file: file.to_owned(),
            line: source[..start].matches('\n').count() + 1,
            column: source[line_start..start].chars().count() + 1,
            length: source[start..end.min(line_end)].trim_end().chars().count().max(1),
            source_line: source[line_start..line_end].trim_end_matches('\r').to_owned(),
            message: message.into(),
            help: None,
        }
    }

    /// A warning at the bytes `span` of `source`.
    pub fn warning(file: &str, source: &str, span: Range<usize>, message: impl Into<String>) -> Problem {
        Problem { severity: Severity::Warning, ..Problem::error(file, source, span, message) }
    }

    /// An error that no line of a file shows.
    pub fn whole_file(file: &str, message: impl Into<String>) -> Problem {
        Problem { line: 0, ..Problem::error(file, "", 0..0, message) }
    }

    /// The same as a warning.
    #[must_use]
    pub fn into_warning(self) -> Problem {
        Problem { severity: Severity::Warning, ..self }
    }

    /// The same with a line that says what would be right.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }

    /// The problem as text of several lines, ending in a line break; in colour with the escape codes of a terminal.
    pub fn render(&self, color: bool) -> String {
        let (bold, reset) = if color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        let (name, tint) = match self.severity {
            Severity::Error => ("error", "\u{1b}[1;31m"),
            Severity::Warning => ("warning", "\u{1b}[1;33m"),
        };
        let tint = if color { tint } else { "" };
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let file = printable(&self.file);
        let mut text = format!("{tint}{name}{reset}{bold}: {}{reset}\n", printable(&self.message));
        if self.line == 0 {
            text.push_str(&format!("{margin}--> {file}\n"));
        } else {
            let (shown, before) = window(&self.source_line, self.column - 1, self.length);
            let underline = "^".repeat(self.length.min(shown.chars().count().saturating_sub(before)).max(1));
            let space = " ".repeat(before);
            text.push_str(&format!(
                "{margin}--> {file}:{number}:{}\n{margin} |\n{number} | {shown}\n{margin} | {space}{tint}{underline}{reset}\n",
                self.column,
            ));
        }
        if let Some(help) = &self.help {
            text.push_str(&format!("{margin} = {bold}help{reset}: {}\n", printable(help)));
        }
        text
    }
}

impl fmt::Display for Problem {
    /// One line: `file:line:column: message; help`, without the place if the whole file is meant.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message)?,
            line => write!(f, "{}:{line}:{}: {}", self.file, self.column, self.message)?,
        }
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

/// All problems as text, errors and warnings counted at the end; empty if there are none.
pub fn render_problems(problems: &[Problem], color: bool) -> String {
    if problems.is_empty() {
        return String::new();
    }
    let mut text: String = problems.iter().flat_map(|problem| [problem.render(color), "\n".to_owned()]).collect();
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let warnings = problems.len() - errors;
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    text.push_str(&format!("{errors} error{}, {warnings} warning{}\n", plural(errors), plural(warnings)));
    text
}

/// How many characters of a long line are shown, and how many of them before the mistake.
const WINDOW: usize = 120;
const WINDOW_BEFORE: usize = 40;

/// The part of a long line around a mistake, and the number of characters in it before the mistake.
fn window(line: &str, before: usize, length: usize) -> (String, usize) {
    let line = printable(line);
    let count = line.chars().count();
    if count <= WINDOW {
        return (line, before);
    }
    let start = if before + length <= WINDOW { 0 } else { before.saturating_sub(WINDOW_BEFORE) };
    let cut_left = if start > 0 { "..." } else { "" };
    let cut_right = if start + WINDOW < count { "..." } else { "" };
    let part: String = line.chars().skip(start).take(WINDOW).collect();
    (format!("{cut_left}{part}{cut_right}"), before - start + cut_left.len())
}

/// The text with every control character as one space, so that no file can send commands to a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The largest character boundary not after `index`.
fn floor_char_boundary(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_line_and_underlines_the_part() {
        let source = "first\nname = \"Ünited\"\nlast";
        let start = source.find("Ünited").unwrap();
        let problem =
            Problem::error("heads.toml", source, start..start + 7, "unknown name").with_help("did you mean `x`?");
        assert_eq!(
            problem.render(false),
            "error: unknown name\n --> heads.toml:2:9\n  |\n2 | name = \"Ünited\"\n  |         ^^^^^^\n  = help: did you mean `x`?\n"
        );
        assert_eq!(problem.to_string(), "heads.toml:2:9: unknown name; did you mean `x`?");
    }

    #[test]
    fn cuts_long_lines_and_terminal_codes() {
        let source = format!("{}\u{1b}[31mwrong{}", "a".repeat(500), "b".repeat(500));
        let text = Problem::error("f", &source, 505..510, "m").render(false);
        assert!(!text.contains('\u{1b}'));
        let lines: Vec<&str> = text.lines().collect();
        let at = lines[4].find('^').unwrap();
        assert_eq!(&lines[3][at..at + 5], "wrong");
    }

    #[test]
    fn a_span_outside_of_the_text_is_no_panic() {
        let problem = Problem::warning("f", "é", 1..99, "m");
        assert_eq!((problem.line, problem.column, problem.length), (1, 1, 1));
        let empty = Problem::error("f", "", 0..0, "m");
        assert_eq!((empty.line, empty.column), (1, 1));
    }
}
