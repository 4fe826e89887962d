//! Text inside XML: escaped, and without the characters that [`readable`](super::text::readable) leaves out.

use std::io::{self, Write};

use super::text::find_byte;

/// Writes `text` as the content of an element.
pub fn write_text<W: Write>(out: &mut W, text: &str) -> io::Result<()> {
    write_escaped(out, text, &TEXT)
}

/// Writes `text` as the value of an attribute in double quotes; line breaks and tabs survive as references.
pub fn write_attribute<W: Write>(out: &mut W, text: &str) -> io::Result<()> {
    write_escaped(out, text, &ATTRIBUTE)
}

/// What to do with a byte.
type Table = [Option<&'static str>; 256];

static TEXT: Table = table(false);
static ATTRIBUTE: Table = table(true);

/// Marks bytes that may begin U+FFFE or U+FFFF, which XML 1.0 does not allow.
const MAYBE_NONCHARACTER: &str = "\u{fffd}";

const fn table(attribute: bool) -> Table {
    let mut table: Table = [None; 256];
    let mut control = 0;
    while control < 0x20 {
        table[control] = Some("");
        control += 1;
    }
    table[0x7f] = Some("");
    table[b'\t' as usize] = if attribute { Some("&#9;") } else { None };
    table[b'\n' as usize] = if attribute { Some("&#10;") } else { None };
    // A bare carriage return would be read as a line feed.
    table[b'\r' as usize] = Some("&#13;");
    table[b'&' as usize] = Some("&amp;");
    table[b'<' as usize] = Some("&lt;");
    table[b'>' as usize] = Some("&gt;");
    if attribute {
        table[b'"' as usize] = Some("&quot;");
    }
    table[0xef] = Some(MAYBE_NONCHARACTER);
    table
}

/// May the byte have to be replaced? The table knows.
#[inline]
fn is_suspect(byte: u8) -> bool {
    (byte < b' ') | (byte == b'"') | (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == 0x7f) | (byte == 0xef)
}

/// Copies runs of plain bytes whole; a look at the table decides about each other byte.
fn write_escaped<W: Write>(out: &mut W, text: &str, table: &Table) -> io::Result<()> {
    let bytes = text.as_bytes();
    let mut done = 0;
    let mut at = 0;
    while let Some(plain) = find_byte(&bytes[at..], is_suspect) {
        at += plain;
        let Some(replacement) = table[usize::from(bytes[at])] else {
            at += 1;
            continue;
        };
        if replacement == MAYBE_NONCHARACTER {
            if !(bytes[at..].starts_with(b"\xef\xbf\xbe") || bytes[at..].starts_with(b"\xef\xbf\xbf")) {
                at += 3;
                continue;
            }
            out.write_all(&bytes[done..at])?;
            at += 3;
        } else {
            out.write_all(&bytes[done..at])?;
            out.write_all(replacement.as_bytes())?;
            at += 1;
        }
        done = at;
    }
    out.write_all(&bytes[done..])
}

#[cfg(test)]
mod tests {
    use super::super::text::readable;
    use super::*;
    use proptest::prelude::*;
    use quick_xml::XmlVersion;
    use quick_xml::events::Event;

    /// Text as quick-xml reads it back.
    fn read_back(xml: &str) -> (String, String) {
        let mut reader = quick_xml::Reader::from_str(xml);
        let (mut attribute, mut content) = (String::new(), String::new());
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => {
                    let value = start.try_get_attribute("v").unwrap().unwrap();
                    attribute = value.normalized_value(XmlVersion::Implicit1_0).unwrap().into();
                }
                Event::Text(text) => content.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let escaped = format!("&{};", &*reference);
                    content.push_str(&quick_xml::escape::unescape(&escaped).unwrap());
                }
                Event::Eof => return (attribute, content),
                _ => {}
            }
        }
    }

    #[test]
    fn what_hurts() {
        let mut out = Vec::new();
        write_text(&mut out, "a<b> & ]]> \u{0}\u{1b}\u{fffe}\u{ffff}\u{fffd}\t\n\r\"ﬁ😀").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a&lt;b&gt; &amp; ]]&gt; \u{fffd}\t\n&#13;\"ﬁ😀");
        let mut out = Vec::new();
        write_attribute(&mut out, "a\t\n\r\"'").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a&#9;&#10;&#13;&quot;'");
    }

    proptest! {
        #[test]
        fn round_trip(text in "(\\PC|[\\x00-\\x20\\x7f<>&\"'\\]\u{feff}\u{fffd}-\u{ffff}])*") {
            let mut xml = b"<a v=\"".to_vec();
            write_attribute(&mut xml, &text).unwrap();
            xml.extend_from_slice(b"\">");
            write_text(&mut xml, &text).unwrap();
            xml.extend_from_slice(b"</a>");
            let expected = readable(&text);
            let (attribute, content) = read_back(std::str::from_utf8(&xml).unwrap());
            prop_assert_eq!(attribute.as_str(), &expected);
            prop_assert_eq!(content.as_str(), &expected);
        }
    }
}
