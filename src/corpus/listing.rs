//! The plain listing: a title line, an abstract line, and so on, as it comes from copying a web page.
//!
//! Nothing marks which line is which, so the reader looks at them: an abstract is long, a title is not. That finds the
//! first title behind banner lines, and keeps one missing line from shifting all that follow.

use super::record::{Draft, utf8};
use super::split::{Split, Step, drop_line, line_end};

/// Cuts a listing into papers: a title line with the abstract line that belongs to it.
#[derive(Default)]
pub(super) struct ListingSplit {
    banner_passed: bool,
    /// How many lines of an overlong record are still to drop.
    lines_to_drop: Option<u8>,
}

/// How far into the file the first title is looked for.
const BANNER_BYTES: usize = 32 * 1024;
const BANNER_LINES: usize = 40;

/// What is left of a page's button when it is copied together with the first title.
const BUTTON: &str = "Subscribe";

impl Split for ListingSplit {
    fn step(&mut self, bytes: &[u8], last: bool) -> Step {
        if !self.banner_passed {
            if bytes.len() < BANNER_BYTES && !last {
                return Step::More;
            }
            self.banner_passed = true;
            let banner = banner_bytes(bytes);
            if banner > 0 {
                return Step::Skip(banner);
            }
        }
        let mut lines = Lines { bytes, at: 0, last };
        let Some(title) = lines.next() else {
            return if last && !bytes.is_empty() { Step::Skip(bytes.len()) } else { Step::More };
        };
        if reads_like_an_abstract(&bytes[title.start..title.end]) {
            let reason = "an abstract without a title line before it".to_string();
            return Step::Bad { start: title.start, next: title.next, reason };
        }
        let alone = Step::Record { start: title.start, end: title.end, next: title.next };
        let Some(second) = lines.next() else {
            return if last { alone } else { Step::More };
        };
        let both = Step::Record { start: title.start, end: second.end, next: second.next };
        if reads_like_an_abstract(&bytes[second.start..second.end]) {
            return both;
        }
        // A short second line is a short abstract, unless a long line behind it shows that it is a title itself.
        match lines.next() {
            Some(third) if reads_like_an_abstract(&bytes[third.start..third.end]) => alone,
            Some(_) => both,
            None if last => both,
            None => Step::More,
        }
    }

    fn drop_overlong(&mut self, bytes: &[u8]) -> (usize, bool) {
        // The title of an overlong abstract goes with it.
        let title_is_whole = memchr::memchr(b'\n', bytes).is_some();
        let mut to_drop = self.lines_to_drop.unwrap_or(if title_is_whole { 2 } else { 1 });
        let mut dropped = 0;
        while to_drop > 0 {
            let (used, done) = drop_line(&bytes[dropped..]);
            dropped += used;
            if !done {
                break;
            }
            to_drop -= 1;
        }
        self.lines_to_drop = (to_drop > 0).then_some(to_drop);
        (dropped, to_drop == 0)
    }
}

/// Makes a draft of a title line and the abstract line behind it, if there is one.
pub(super) fn parse(bytes: &[u8]) -> Result<Draft, String> {
    let text = utf8(bytes)?;
    let mut lines = text.split('\n').map(str::trim).filter(|line| !line.is_empty());
    Ok(Draft {
        title: lines.next().map(str::to_string),
        abstract_text: lines.next().map(str::to_string),
        ..Draft::default()
    })
}

/// Whether some line near the beginning of a text reads like an abstract, so that the text may be a listing.
pub(super) fn looks_like_a_listing(head: &[u8]) -> bool {
    Lines { bytes: head, at: 0, last: true }
        .take(BANNER_LINES)
        .skip(1)
        .any(|line| reads_like_an_abstract(&head[line.start..line.end]))
}

struct Line {
    start: usize,
    end: usize,
    next: usize,
}

/// The lines of some bytes that are not blank; a line that may go on behind the bytes is left out.
struct Lines<'b> {
    bytes: &'b [u8],
    at: usize,
    last: bool,
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        loop {
            let start = self.at;
            let (end, next) = line_end(&self.bytes[start..], self.last)?;
            self.at += next;
            if !self.bytes[start..start + end].trim_ascii().is_empty() {
                return Some(Line { start, end: start + end, next: self.at });
            }
        }
    }
}

fn reads_like_an_abstract(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.len() >= 300 || (line.len() >= 160 && ends_a_sentence(line))
}

fn ends_a_sentence(line: &[u8]) -> bool {
    matches!(line.trim_ascii().last(), Some(b'.' | b'!' | b'?'))
}

/// How many bytes stand before the first title.
fn banner_bytes(head: &[u8]) -> usize {
    let lines: Vec<Line> = Lines { bytes: head, at: 0, last: true }.take(BANNER_LINES).collect();
    let text = |index: usize| head[lines[index].start..lines[index].end].trim_ascii();
    let Some(first_abstract) = (1..lines.len()).find(|&index| reads_like_an_abstract(text(index))) else {
        return 0;
    };
    let mut title = first_abstract - 1;
    for index in (1..=title).rev() {
        match text(index).strip_prefix(BUTTON.as_bytes()) {
            Some([]) => return lines[index].next,
            Some([first, ..]) if !first.is_ascii_whitespace() && !first.is_ascii_lowercase() => {
                let leading = head[lines[index].start..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                return lines[index].start + leading + BUTTON.len();
            }
            _ => {}
        }
    }
    // Papers with short abstracts may come first: a line, and a longer one that ends like a sentence.
    while title >= 2 && ends_a_sentence(text(title - 1)) && text(title - 1).len() > text(title - 2).len() {
        title -= 2;
    }
    lines[title].start
}

#[cfg(test)]
mod tests {
    use super::super::split::records_of;
    use super::*;

    fn abstract_line(topic: &str) -> String {
        format!("We study {topic}. {}", "It turns out to be harder than anyone thought at first. ".repeat(6).trim_end())
    }

    fn papers(text: &str) -> Vec<(u64, String, usize)> {
        records_of(text.as_bytes(), ListingSplit::default(), 1 << 20)
            .into_iter()
            .map(|(line, record)| {
                let draft = parse(record.unwrap().as_bytes()).unwrap();
                (line, draft.title.unwrap(), draft.abstract_text.unwrap_or_default().len())
            })
            .collect()
    }

    #[test]
    fn a_banner_and_a_glued_button_are_no_papers() {
        let kites = abstract_line("kites");
        let text = format!("Get news!\nGet all the news here!\nSubscribeKites that fly\n{kites}\nStones\nThey fall.");
        let found = papers(&text);
        assert_eq!(found, [(3, "Kites that fly".into(), kites.len()), (5, "Stones".into(), 10)]);
    }

    #[test]
    fn a_banner_without_a_button_is_passed_by_the_first_abstract() {
        let text = format!("Home\nLogin\nAbout\nKites\n{}\n", abstract_line("kites"));
        assert_eq!(papers(&text)[0].1, "Kites");
        assert_eq!(papers(&text).len(), 1);
    }

    #[test]
    fn a_title_that_begins_like_the_button_keeps_its_name() {
        let text = format!("SubscribeNet: reading on time\n{}", abstract_line("newsletters"));
        assert_eq!(papers(&text)[0].1, "SubscribeNet: reading on time");
    }

    #[test]
    fn short_abstracts_before_the_first_long_one_are_papers() {
        let text = format!("Owls\nOwls see at night.\nBats\nBats hear more.\nKites\n{}", abstract_line("kites"));
        let titles: Vec<_> = papers(&text).into_iter().map(|paper| paper.1).collect();
        assert_eq!(titles, ["Owls", "Bats", "Kites"]);
    }

    #[test]
    fn blank_lines_and_windows_line_ends_make_no_difference() {
        let (kites, owls) = (abstract_line("kites"), abstract_line("owls"));
        let plain = papers(&format!("Kites\n{kites}\nOwls\n{owls}\n"));
        let spaced = papers(&format!("Kites\r\n\r\n{kites}\r\n\r\n\r\nOwls\r\n{owls}\r\n  \r\n"));
        let without_lines = |papers: Vec<(u64, String, usize)>| -> Vec<_> {
            papers.into_iter().map(|(_, title, length)| (title, length)).collect()
        };
        assert_eq!(without_lines(plain), without_lines(spaced));
    }

    #[test]
    fn a_missing_line_does_not_shift_the_rest() {
        let (kites, owls) = (abstract_line("kites"), abstract_line("owls"));
        let found = papers(&format!("Kites\n{kites}\nNo abstract here\nOwls\n{owls}"));
        assert_eq!(found[1], (3, "No abstract here".into(), 0));
        assert_eq!(found[2], (4, "Owls".into(), owls.len()));

        let text = format!("Kites\n{kites}\n{kites}\nOwls\n{owls}");
        let records = records_of(text.as_bytes(), ListingSplit::default(), 1 << 20);
        assert_eq!(records.len(), 3);
        assert_eq!(records[1].0, 3);
        assert!(records[1].1.as_ref().unwrap_err().contains("without a title"));
    }

    #[test]
    fn an_overlong_abstract_goes_with_its_title() {
        let text = format!("Kites\n{}\nOwls\n{}\n", "x".repeat(1 << 20), abstract_line("owls"));
        let records = records_of(text.as_bytes(), ListingSplit::default(), 4096);
        assert_eq!(records.len(), 2);
        assert!(records[0].1.is_err());
        assert!(records[1].1.as_ref().unwrap().starts_with("Owls\n"));
    }
}
