//! Tables as CSV (RFC 4180) that a spreadsheet may open without running what a customer typed into it.

/// A table under construction; every row has as many cells as the head.
pub struct Csv {
    text: String,
}

impl Csv {
    pub fn new(head: &[&str]) -> Self {
        let mut csv = Self { text: String::new() };
        csv.row(head.iter().map(ToString::to_string));
        csv
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.push(&cell);
        }
        self.text.push_str("\r\n");
    }

    pub fn finish(self) -> String {
        self.text
    }

    /// A spreadsheet runs a cell that begins like a formula; an apostrophe in front makes it text.
    fn push(&mut self, cell: &str) {
        let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let quoted = formula || cell.contains(['"', ',', '\n', '\r', '\t']);
        if quoted {
            self.text.push('"');
        }
        if formula {
            self.text.push('\'');
        }
        for c in cell.chars() {
            if c == '"' {
                self.text.push('"');
            }
            self.text.push(c);
        }
        if quoted {
            self.text.push('"');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(cells: &[&str]) -> String {
        let mut csv = Csv::new(&["a"]);
        csv.row(cells.iter().map(ToString::to_string));
        csv.finish().split_once("\r\n").unwrap().1.to_owned()
    }

    #[test]
    fn cells_are_quoted_when_they_must_be() {
        assert_eq!(
            line(&["plain", "", "a,b", "say \"hi\"", "two\nlines"]),
            "plain,,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n"
        );
    }

    #[test]
    fn formulas_are_text() {
        for cell in ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1"] {
            assert_eq!(line(&[cell]), format!("\"'{cell}\"\r\n"));
        }
        assert_eq!(line(&["=HYPERLINK(\"x\")"]), "\"'=HYPERLINK(\"\"x\"\")\"\r\n");
        assert_eq!(line(&["a=b"]), "a=b\r\n");
    }
}
