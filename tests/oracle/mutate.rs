//! Broken versions of a text, the same ones for the same seed.

/// A small generator of pseudo-random numbers (SplitMix64).
pub struct Random(pub u64);

impl Random {
    /// A number below `limit`; 0 where `limit` is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((value ^ (value >> 31)) % (limit.max(1) as u64)) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const INSERTS: &[&str] = &[
    ":",
    ": ",
    "- ",
    "-",
    "? ",
    "?",
    ",",
    "[",
    "]",
    "{",
    "}",
    "#",
    " #",
    "&",
    "&a ",
    "*",
    "*a",
    "*a ",
    "!",
    "!Ref ",
    "!!str ",
    "!x!y ",
    "!<tag:a> ",
    "|",
    ">",
    "|-\n",
    ">+\n",
    "|2\n",
    "'",
    "\"",
    "''",
    "\\",
    "\\n",
    "\\x41",
    "\\u00e9",
    "\\q",
    "%",
    "%YAML 1.1\n",
    "@",
    "`",
    "~",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    " ",
    "  ",
    "---\n",
    "...\n",
    "--- ",
    "\u{feff}",
    "名前",
    "🚢",
    "é",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "\u{a0}",
    "\0",
    "\x07",
    "<<: ",
    "<<: *a\n",
    "null",
    "=",
    "${A}",
    "a: b",
    "\n a: b\n",
    "\n- x\n",
    "key:\n",
    "\n\t",
];

const SWAPS: &[(&str, &str)] = &[
    (": ", ":"),
    (":", ""),
    (": ", ": - "),
    (": ", ": b: "),
    ("- ", "-"),
    ("- ", "- - "),
    ("{", "["),
    ("}", "]"),
    ("}", ""),
    ("]", ""),
    ("\"", ""),
    ("\"", "'"),
    ("'", ""),
    (",", ""),
    (",", ",,"),
    ("  ", "\t"),
    ("  ", " "),
    ("\n", "\r\n"),
    ("\n", ""),
    ("\n", " "),
    ("\n", "\n\n"),
    ("\n  ", "\n"),
    ("\n", "\n "),
    ("!Ref", "!Ref !Sub"),
    ("!Sub", "!Sub |"),
    (": ", ": &a "),
    (": ", ": *a "),
    (": ", ": !t "),
    (": ", ": |\n"),
    (": ", ": >-\n"),
    ("Type", "&a Type"),
    ("- ", "? "),
    (": ", "\n: "),
    ("AWS", "'AWS"),
    (" ", "\u{3000}"),
    ("e", "é"),
];

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// `text` with one to three changes.
pub fn mutate(random: &mut Random, text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..[1, 1, 1, 2, 3][random.below(5)] {
        change(random, &mut text);
    }
    text
}

fn change(random: &mut Random, text: &mut String) {
    let at = random.below(text.len() + 1);
    let at = boundary(text, at);
    match random.below(11) {
        0 => text.truncate(at),
        1..=3 => text.insert_str(at, random.pick(INSERTS)),
        4 => {
            let end = boundary(text, (at + 1 + random.below(4)).min(text.len()));
            text.replace_range(at..end.max(at), "");
        }
        5 | 6 => {
            let (old, new) = SWAPS[random.below(SWAPS.len())];
            if let Some(found) = text[at..].find(old) {
                text.replace_range(at + found..at + found + old.len(), new);
            }
        }
        7 => {
            let end = boundary(text, (at + 1 + random.below(200)).min(text.len()));
            let piece = text[at.min(end)..end].to_owned();
            let to = random.below(text.len() + 1);
            text.insert_str(boundary(text, to), &piece);
        }
        kind => {
            let mut lines: Vec<&str> = text.split('\n').collect();
            let line = random.below(lines.len());
            let shifted = format!("{}{}", " ".repeat(random.below(9)), lines[line].trim_start());
            match kind {
                8 if lines.len() > 1 => {
                    lines.remove(line);
                }
                9 => lines.insert(line, lines[random.below(lines.len())]),
                _ => lines[line] = &shifted,
            }
            *text = lines.join("\n");
        }
    }
}
