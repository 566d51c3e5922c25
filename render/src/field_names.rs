//! What is wrong with a form names every field by the words that stand at the field: whatever label the page gave it.
//!
//! The summary of a form comes before its fields, so the page is drawn first and the names are put in afterwards. The
//! macro `summary` of `part/form.html` marks where: `<!--name ID|BEFORE|AFTER-->words when there is no label<!--/name-->`.

const OPEN: &str = "<!--name ";
const CLOSE: &str = "<!--/name-->";

/// The page with its marks filled in.
pub(crate) fn fill(page: String) -> String {
    if !page.contains(OPEN) {
        return page;
    }
    let mut filled = String::with_capacity(page.len());
    let mut rest = page.as_str();
    while let Some((before, mark, otherwise, after)) = next(rest) {
        filled.push_str(before);
        match words(&page, mark) {
            Some(words) => filled.push_str(&words),
            None => filled.push_str(otherwise),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// What stands before the next mark, the mark, its words when there is no label, what follows.
fn next(text: &str) -> Option<(&str, &str, &str, &str)> {
    let (before, marked) = text.split_once(OPEN)?;
    let (mark, marked) = marked.split_once("-->")?;
    let (otherwise, after) = marked.split_once(CLOSE)?;
    Some((before, mark, otherwise, after))
}

fn words(page: &str, mark: &str) -> Option<String> {
    let mut parts = mark.split('|');
    let (id, before, after) = (parts.next()?, parts.next()?, parts.next()?);
    Some(format!("{before}{}{after}", label(page, id)?))
}

/// The label of the control with this id: tied to it, the legend of its group or of its first row, or beside its box.
fn label<'a>(page: &'a str, id: &str) -> Option<&'a str> {
    let text = |html: &'a str| html.split_once('<').map(|(text, _)| text.trim()).filter(|text| !text.is_empty());
    if let Some((_, tied)) = page.split_once(&format!("<label for=\"{id}\">")) {
        return text(tied);
    }
    let (_, control) = page.split_once(&format!(" id=\"{id}\""))?;
    let (_, inside) = control.split_once('>')?;
    let inside = inside.trim_start();
    let inside = inside.strip_prefix("<fieldset class=\"row-of\">").map_or(inside, str::trim_start);
    inside.strip_prefix("<legend>").or_else(|| inside.strip_prefix("<span>")).and_then(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_its_field_by_the_words_at_the_field() {
        let marked = |id: &str| format!("<a href=\"#{id}\"><!--name {id}|Dòng 2 – |: -->Việc: <!--/name-->Chưa nhập.</a>");
        let cases = [
            (
                "<label for=\"f-a\">Người thực hiện <span>(bắt buộc)</span></label><input id=\"f-a\">",
                "Dòng 2 – Người thực hiện: ",
            ),
            ("<fieldset class=\"field\" id=\"f-a\">\n  <legend>Loại</legend>", "Dòng 2 – Loại: "),
            ("<label><input type=\"checkbox\" id=\"f-a\" value=\"yes\"> <span>Đột xuất</span></label>", "Dòng 2 – Đột xuất: "),
            ("<div id=\"f-a\">\n<fieldset class=\"row-of\">\n<legend>Thay đổi <span>1</span>", "Dòng 2 – Thay đổi: "),
            ("<p id=\"f-a\">Khác</p>", "Việc: "),
            ("", "Việc: "),
        ];
        for (field, name) in cases {
            let page = fill(format!("{}{field}", marked("f-a")));
            assert_eq!(page, format!("<a href=\"#f-a\">{name}Chưa nhập.</a>{field}"), "{field}");
        }
        let twice = format!("{}{}<label for=\"f-b\">Ngày họp</label>", marked("f-a"), marked("f-b"));
        assert_eq!(fill(twice).matches("<!--").count(), 0);
    }
}
