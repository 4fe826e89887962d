//! Numbers as text: what `Display` writes, some times faster, since a large graph has tens of millions of them.
//!
//! Where two texts of the fewest digits are equally near to a number, the last digit is even, as in JSON, Python and
//! JavaScript; `Display` takes the one farther from zero.

use std::io::{self, Write};

/// Writes a whole number.
pub fn write_integer<W: Write>(out: &mut W, number: impl Into<i64>) -> io::Result<()> {
    out.write_all(itoa::Buffer::new().format(number.into()).as_bytes())
}

/// Writes a number of single precision with the fewest digits that read back as the same number.
pub fn write_single<W: Write>(out: &mut W, number: f32) -> io::Result<()> {
    match without_exponent(zmij::Buffer::new().format(number)) {
        Some(digits) => out.write_all(digits.as_bytes()),
        None => write!(out, "{number}"),
    }
}

/// Writes a number of double precision with the fewest digits that read back as the same number.
pub fn write_double<W: Write>(out: &mut W, number: f64) -> io::Result<()> {
    match without_exponent(zmij::Buffer::new().format(number)) {
        Some(digits) => out.write_all(digits.as_bytes()),
        None => write!(out, "{number}"),
    }
}

/// The digits as `Display` writes them; `None` if it would write them without the exponent that they have.
fn without_exponent(digits: &str) -> Option<&str> {
    if digits.contains('e') { None } else { Some(digits.strip_suffix(".0").unwrap_or(digits)) }
}

/// Writes sixteen hexadecimal digits.
pub fn write_hexadecimal<W: Write>(out: &mut W, number: u64) -> io::Result<()> {
    let digit = |at: u32| b"0123456789abcdef"[((number >> (60 - 4 * at)) & 0xf) as usize];
    let mut digits = [0; 16];
    (0..).zip(&mut digits).for_each(|(at, place)| *place = digit(at));
    out.write_all(&digits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn of_two_texts_equally_near_the_even_one_is_written() {
        assert_eq!(written(|out| write_double(out, 1.0 + 2f64.powi(-17))), "1.0000076293945312");
        assert_eq!(written(|out| write_single(out, 1.0 + 2f32.powi(-8))), "1.0039062");
    }

    #[test]
    fn whole_and_tiny_numbers() {
        for number in [0.0, -0.0, 1.0, -1.0, 1e6, 16_777_216.0, 1e20, 1e-7, 0.1, f32::MAX, f32::MIN_POSITIVE] {
            assert_eq!(written(|out| write_single(out, number)), number.to_string());
        }
    }

    proptest! {
        #[test]
        fn numbers_are_read_back_and_no_longer_than_display_writes_them(
            single in any::<f32>(), double in any::<f64>(), share in 0f64..1.0, whole in any::<i32>(), bits in any::<u64>(),
        ) {
            let text = written(|out| write_single(out, single));
            prop_assert!(single.is_nan() || text.parse() == Ok(single), "{}", text);
            prop_assert_eq!(text.len(), single.to_string().len());
            for number in [double, share] {
                let text = written(|out| write_double(out, number));
                prop_assert!(number.is_nan() || text.parse() == Ok(number), "{}", text);
                prop_assert_eq!(text.len(), number.to_string().len());
            }
            prop_assert_eq!(written(|out| write_integer(out, whole)), whole.to_string());
            prop_assert_eq!(written(|out| write_hexadecimal(out, bits)), format!("{bits:016x}"));
        }
    }
}
