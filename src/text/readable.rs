//! Markup made readable: LaTeX remains, HTML, ligatures, soft hyphens and white space, with a way back to the bytes
//! as given.

/// A text as it reads, and where each part of it stands in the source.
#[derive(Clone, Debug, Default)]
pub struct Readable {
    /// The text without markup, white space single.
    pub text: String,
    /// Where the reading departs from the source, in order; empty when both are the same.
    pieces: Vec<Piece>,
}

/// A stretch of the reading. It runs to the start of the next piece.
#[derive(Clone, Copy, Debug)]
struct Piece {
    reading_start: usize,
    source_start: usize,
    /// End in the source for a replacement (`&amp;` for `&`); `None` where bytes stand one to one.
    replaced_to: Option<usize>,
}

/// HTML tags that publishers leave in titles and abstracts. Anything else in angle brackets is text.
const TAGS: [&str; 24] = [
    "i",
    "b",
    "p",
    "em",
    "strong",
    "sub",
    "sup",
    "br",
    "br/",
    "br /",
    "span",
    "div",
    "u",
    "tt",
    "italic",
    "bold",
    "sc",
    "title",
    "sec",
    "jats:p",
    "jats:title",
    "jats:italic",
    "jats:sub",
    "jats:sup",
];

/// LaTeX commands that stand for a character.
const SYMBOLS: [(&str, &str); 44] = [
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("epsilon", "ε"),
    ("varepsilon", "ε"),
    ("zeta", "ζ"),
    ("eta", "η"),
    ("theta", "θ"),
    ("kappa", "κ"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("nu", "ν"),
    ("xi", "ξ"),
    ("pi", "π"),
    ("rho", "ρ"),
    ("sigma", "σ"),
    ("tau", "τ"),
    ("phi", "φ"),
    ("varphi", "φ"),
    ("chi", "χ"),
    ("psi", "ψ"),
    ("omega", "ω"),
    ("Gamma", "Γ"),
    ("Delta", "Δ"),
    ("Sigma", "Σ"),
    ("Phi", "Φ"),
    ("Psi", "Ψ"),
    ("Omega", "Ω"),
    ("Pi", "Π"),
    ("times", "×"),
    ("sim", "~"),
    ("approx", "≈"),
    ("leq", "≤"),
    ("geq", "≥"),
    ("le", "≤"),
    ("ge", "≥"),
    ("pm", "±"),
    ("infty", "∞"),
    ("ell", "ℓ"),
    ("cdot", "·"),
    ("rightarrow", "→"),
    ("to", "→"),
    ("ldots", "…"),
];

/// Named HTML entities that occur in practice.
const ENTITIES: [(&str, &str); 12] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("ndash", "–"),
    ("mdash", "—"),
    ("rsquo", "'"),
    ("lsquo", "'"),
    ("ldquo", "\""),
    ("rdquo", "\""),
];

impl Readable {
    /// Makes a text readable. Takes time linear in the text; text without markup is copied as it is.
    pub fn new(source: &str) -> Self {
        if is_plain(source) {
            return Self { text: source.to_string(), pieces: Vec::new() };
        }
        let mut reader = Reader { source, position: 0, reading: Self::default() };
        reader.run();
        reader.reading
    }

    /// The byte in the source where the byte `position` of the reading comes from, as the start of a span.
    pub fn source_start(&self, position: usize) -> usize {
        match self.piece_at(position) {
            None => position,
            Some(piece) if piece.replaced_to.is_some() => piece.source_start,
            Some(piece) => piece.source_start + (position - piece.reading_start),
        }
    }

    /// The byte in the source just after the one that the reading's byte before `position` comes from: the end of a
    /// span.
    pub fn source_end(&self, position: usize) -> usize {
        match self.piece_at(position.saturating_sub(1)) {
            None => position,
            Some(piece) => match piece.replaced_to {
                Some(end) => end,
                None => piece.source_start + (position - piece.reading_start),
            },
        }
    }

    fn piece_at(&self, position: usize) -> Option<&Piece> {
        let after = self.pieces.partition_point(|piece| piece.reading_start <= position);
        self.pieces[..after].last()
    }
}

/// No byte that markup begins with, no double or odd white space, nothing outside of ASCII.
fn is_plain(source: &str) -> bool {
    let bytes = source.as_bytes();
    let odd = |&byte: &u8| byte != b' ' && !stands_for_itself(byte);
    !bytes.iter().any(odd) && !bytes.windows(2).any(|pair| pair == b"  ") && !bytes.starts_with(b" ")
}

/// A character of ASCII that is no white space and that no markup begins with.
fn stands_for_itself(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'$' | b'{' | b'}' | b'&' | b'<' | b'~')
}

/// How many bytes of a text are read as they are: words with single spaces after them.
fn plain_length(text: &str) -> usize {
    let mut after_space = true;
    let mut is_plain = |byte: u8| {
        let is_plain = stands_for_itself(byte) || byte == b' ' && !after_space;
        after_space = byte == b' ';
        is_plain
    };
    text.as_bytes().iter().take_while(|&&byte| is_plain(byte)).count()
}

struct Reader<'s> {
    source: &'s str,
    position: usize,
    reading: Readable,
}

impl Reader<'_> {
    fn run(&mut self) {
        loop {
            let rest = &self.source[self.position..];
            let plain = plain_length(rest);
            if plain > 0 {
                self.copy(plain);
                continue;
            }
            let Some(character) = rest.chars().next() else {
                break;
            };
            match character {
                '\\' => self.command(),
                '$' | '{' | '}' => self.skip(1),
                '~' => self.space(1),
                '&' => self.entity(),
                '<' => self.tag(),
                '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => self.skip(character.len_utf8()),
                '\u{fb00}'..='\u{fb06}' => self.ligature(character),
                '\u{2018}' | '\u{2019}' => self.replace(character.len_utf8(), "'"),
                '\u{201c}' | '\u{201d}' => self.replace(character.len_utf8(), "\""),
                '\u{2010}' | '\u{2011}' => self.replace(character.len_utf8(), "-"),
                _ if character.is_whitespace() || character.is_control() => self.space(character.len_utf8()),
                _ => self.copy(character.len_utf8()),
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.position += bytes;
    }

    fn copy(&mut self, bytes: usize) {
        let from = self.position;
        let reading_start = self.reading.text.len();
        let follows = self.reading.pieces.last().map_or(from == reading_start, |piece| {
            piece.replaced_to.is_none() && piece.source_start + (reading_start - piece.reading_start) == from
        });
        if !follows {
            self.reading.pieces.push(Piece { reading_start, source_start: from, replaced_to: None });
        }
        self.reading.text.push_str(&self.source[from..from + bytes]);
        self.position += bytes;
    }

    fn replace(&mut self, bytes: usize, by: &str) {
        let from = self.position;
        self.reading.pieces.push(Piece {
            reading_start: self.reading.text.len(),
            source_start: from,
            replaced_to: Some(from + bytes),
        });
        self.reading.text.push_str(by);
        self.position += bytes;
    }

    /// One space for any run of white space, none at the start.
    fn space(&mut self, bytes: usize) {
        if self.reading.text.is_empty() || self.reading.text.ends_with(' ') {
            self.skip(bytes);
        } else if &self.source[self.position..self.position + bytes] == " " {
            self.copy(bytes);
        } else {
            self.replace(bytes, " ");
        }
    }

    fn ligature(&mut self, character: char) {
        let letters = match character {
            '\u{fb00}' => "ff",
            '\u{fb01}' => "fi",
            '\u{fb02}' => "fl",
            '\u{fb03}' => "ffi",
            '\u{fb04}' => "ffl",
            _ => "st",
        };
        self.replace(character.len_utf8(), letters);
    }

    /// `\textbf{x}` reads as x, `\mu` as μ, `\%` as %, `\'e` as e: the command goes, its argument stays.
    fn command(&mut self) {
        let rest = &self.source[self.position + 1..];
        let name: &str = &rest[..rest.bytes().take_while(u8::is_ascii_alphabetic).count()];
        if name.is_empty() {
            match rest.chars().next() {
                Some('\\') => self.space(2),
                Some(accent) if "'`^\"=.".contains(accent) => self.skip(1 + accent.len_utf8()),
                Some(',' | ';' | '!' | ' ' | ':') => self.space(2),
                _ => self.skip(1),
            }
            return;
        }
        let mut length = 1 + name.len();
        if let Some((_, symbol)) = SYMBOLS.iter().find(|(command, _)| *command == name) {
            self.replace(length, symbol);
            return;
        }
        // White space after a command belongs to it, unless an argument in braces follows.
        if rest[name.len()..].starts_with(' ') {
            length += 1;
        }
        self.skip(length);
    }

    fn entity(&mut self) {
        let rest = &self.source.as_bytes()[self.position + 1..];
        let Some(length) = rest.iter().take(10).position(|&b| b == b';') else {
            return self.copy(1);
        };
        let name = &self.source[self.position + 1..self.position + 1 + length];
        let whole = length + 2;
        if let Some((_, text)) = ENTITIES.iter().find(|(entity, _)| *entity == name) {
            return if *text == " " { self.space(whole) } else { self.replace(whole, text) };
        }
        let code = match name.strip_prefix('#') {
            Some(number) => match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            },
            None => None,
        };
        match code.and_then(char::from_u32) {
            Some(character) if character.is_whitespace() || character.is_control() => self.space(whole),
            Some(character) => self.replace(whole, character.encode_utf8(&mut [0; 4])),
            None => self.copy(1),
        }
    }

    fn tag(&mut self) {
        let rest = &self.source[self.position + 1..];
        let name_start = usize::from(rest.starts_with('/'));
        let length = rest.bytes().take(60).position(|b| b == b'>');
        let known = length.is_some_and(|length| {
            let inside = &rest.as_bytes()[name_start..length.max(name_start)];
            let name = inside.split(|b| *b == b' ').next().unwrap_or_default();
            TAGS.iter().any(|tag| tag.as_bytes().eq_ignore_ascii_case(name))
        });
        match length {
            Some(length) if known => {
                let block = ["p", "br", "div", "jats:p", "sec", "title"];
                let name = rest[name_start..length].trim_end_matches('/').trim();
                if block.contains(&name) { self.space(length + 2) } else { self.skip(length + 2) }
            }
            _ => self.copy(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn source_of<'s>(source: &'s str, part: &str) -> &'s str {
        let readable = Readable::new(source);
        let at = readable.text.find(part).unwrap_or_else(|| panic!("{part:?} in {:?}", readable.text));
        &source[readable.source_start(at)..readable.source_end(at + part.len())]
    }

    #[test]
    fn plain_text_stays() {
        assert_eq!(Readable::new("We propose X.").text, "We propose X.");
        assert_eq!(source_of("We propose X.", "propose"), "propose");
    }

    #[test]
    fn latex_remains_are_read_through() {
        assert_eq!(
            Readable::new(r"{D}en{o}ising with $\mu$P and \textbf{LoRA}, 5\% more").text,
            "Denoising with μP and LoRA, 5% more"
        );
        assert_eq!(source_of(r"a \textbf{LoRA} b", "LoRA"), "LoRA");
        assert_eq!(source_of(r"x {D}en{o}ising y", "Denoising"), "D}en{o}ising");
        assert_eq!(source_of(r"with $\mu$P", "μP"), r"\mu$P");
    }

    #[test]
    fn html_and_white_space_are_read_through() {
        assert_eq!(Readable::new("Q&amp;A <i>in</i>\n  vitro, a < b &#956;").text, "Q&A in vitro, a < b μ");
        assert_eq!(source_of("the Q&amp;A task", "Q&A"), "Q&amp;A");
        assert_eq!(Readable::new("e\u{ad}ffi\u{ad}cient \u{fb01}ne").text, "efficient fine");
    }

    proptest! {
        #[test]
        fn every_place_maps_into_the_source_on_character_borders(source in r"[a-c{}$\\&;<>~ \nﬁμp]{0,40}") {
            let readable = Readable::new(&source);
            let mut last = 0;
            for (at, character) in readable.text.char_indices() {
                let (start, end) = (readable.source_start(at), readable.source_end(at + character.len_utf8()));
                prop_assert!(last <= start && start < end && end <= source.len());
                prop_assert!(source.is_char_boundary(start) && source.is_char_boundary(end));
                last = start;
            }
        }
    }
}
