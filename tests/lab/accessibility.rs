//! Every page in every state it comes into, as axe-core sees it.

use crate::axe::{script, violates_nothing};
use crate::browser::click;
use crate::chromium::Page;
use crate::client::Served;

/// Looks: width, whether dark.
pub(crate) const LOOKS: [(u32, bool); 3] = [(1280, false), (1280, true), (390, false)];

/// A page of the lab, state by state.
struct Walk<'s> {
    page: Page,
    script: &'s str,
    look: String,
}

impl Walk<'_> {
    #[track_caller]
    fn go(&mut self, place: &str) {
        self.page.value(&format!("location.hash = '#/{place}'"));
        // What it was is gone before what it becomes is there.
        let is_there = format!(
            "location.hash === '#/{place}' && document.querySelector('main h1') && !document.getElementById('first')"
        );
        self.page.wait(&is_there);
    }

    #[track_caller]
    fn looks_well(&mut self, state: &str) {
        let what = format!("{state}, {}", self.look);
        violates_nothing(&mut self.page, self.script, &what);
        let wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(self.page.value(wide), 0, "{what}: wider than the window");
    }

    fn click(&mut self, selector: &str, text: &str) {
        self.page.value(&click(selector, text));
    }

    fn mouse(&mut self) {
        self.go("mouse");
        self.page
            .wait("document.querySelector('textarea')?.value.includes('arms')");
        self.page
            .value("sessionStorage.setItem('edits', JSON.stringify({ genes: { Il2ra: 0, Il2rb: 0.5 }, stat5: true, deplete: [], doses: [] }))");
        self.go("lessons");
        self.go("mouse");
        self.page.wait("document.querySelector('.edits')");
        self.page
            .value("document.querySelector('[aria-label=\"Day of removal\"]').value = 3");
        self.click("fieldset .row button", "Add");
        self.page
            .wait("document.querySelectorAll('.edits .row button[aria-label]').length > 1");
        self.looks_well("a mouse that is edited");
        self.page
            .wait("document.querySelectorAll('.plot path.line').length > 4");
        self.click(".bar button", "Pause");
        self.looks_well("a mouse that is paused");
        self.page.value("(() => { const days = document.querySelector('[aria-label=Days]'); days.value = 6; days.dispatchEvent(new Event('change')); })()");
        self.page
            .wait("document.querySelector('textarea').value.includes('\"6 d\"')");
        self.click(".bar button.first", "");
        self.page
            .wait("document.querySelector('.status').textContent.startsWith('Done')");
        self.looks_well("a mouse that is done");
        self.click("[role=tab]", "Scenario");
        self.looks_well("the scenario of a mouse");
    }

    /// A text with a fault. The browser itself complains of an answer that refuses.
    fn fault(&mut self) {
        self.go("mouse");
        self.page
            .wait("document.querySelector('textarea')?.value.includes('arms')");
        self.click("[role=tab]", "Scenario");
        self.page.value("(() => { const text = document.querySelector('textarea'); text.value = text.value.replace('damage', 'damgae'); text.dispatchEvent(new Event('input')); })()");
        self.click(".bar button", "Check");
        self.page.wait("document.querySelector('.error li')");
        self.looks_well("a scenario with a fault");
    }

    fn pathways(&mut self) {
        self.go("pathways");
        self.page.wait("document.querySelector('#effects')");
        self.looks_well("pathways");
        self.click("button", "Effects");
        self.page.value(
            "document.querySelectorAll('#effects details').forEach((of) => { of.open = true; })",
        );
        for name in ["gamma", "stat5"] {
            self.page.value(&format!(
                "document.querySelector('[data-box={name}]').dispatchEvent(new MouseEvent('click', {{ bubbles: true }}))"
            ));
            self.page
                .value("document.querySelector('[data-knock]').click()");
        }
        self.page
            .value("document.querySelector('[data-ligand] button')?.click()");
        self.looks_well("pathways with Effects and boxes knocked out");
    }

    /// From its question to its explanation.
    fn lesson(&mut self, name: &str, right: usize) {
        self.go(&format!("lessons/{name}"));
        self.page.wait("document.querySelector('.predict button')");
        self.looks_well(&format!("lesson {name}, to be predicted"));
        self.page
            .value("document.querySelector('.predict button').click()");
        self.click(".try button", "Run");
        self.page
            .wait("document.querySelector('.try .plot path.line')");
        let wrong = (right + 1) % 2;
        self.page.value(&format!(
            "document.querySelector('.check [data-choice=\"{wrong}\"]').click()"
        ));
        self.page.wait("document.querySelector('.check .bad')");
        self.looks_well(&format!("lesson {name}, answered wrongly"));
        self.page.value(&format!(
            "document.querySelector('.check [data-choice=\"{right}\"]').click()"
        ));
        self.page.wait("document.querySelector('.check .good')");
        self.looks_well(&format!("lesson {name}, explained"));
    }
}

fn walk(width: u32, is_dark: bool) {
    let Some(script) = script() else { return };
    let served = Served::new(true);
    let look = format!("{width} wide, dark: {is_dark}");
    let Some(page) = Page::open(&format!("{}#/lessons", served.link), width, is_dark) else {
        return;
    };
    let mut walk = Walk {
        page,
        script: &script,
        look,
    };
    walk.page.wait("document.querySelector('.lessons a')");
    walk.looks_well("lessons");
    walk.mouse();
    walk.pathways();
    for lesson in paracrine_lab::lessons::lessons().unwrap() {
        walk.lesson(&lesson.id, lesson.right);
    }
    walk.go("lessons");
    walk.page.wait("document.querySelector('.lessons .done')");
    walk.looks_well("lessons that are done");
    walk.go("teacher");
    walk.page.wait("document.querySelector('main .good')");
    walk.looks_well("teacher");
    walk.page.has_no_complaints();
    walk.fault();

    // As pupils see it, by the port's own address.
    let pupil = crate::client::token(served.class_link.as_deref().unwrap());
    let link = format!("http://{}/?token={pupil}#/lessons", served.address);
    walk.page = Page::open(&link, width, is_dark).unwrap();
    walk.page.wait("document.querySelector('.lessons a')");
    walk.looks_well("lessons of a class");
    walk.go("teacher");
    walk.page.wait("document.querySelector('.error')");
    walk.looks_well("a pupil who asks for answers");
    let stranger = format!("http://{}/?token=none", served.address);
    walk.page = Page::open(&stranger, width, is_dark).unwrap();
    walk.page.wait("document.querySelector('.error')");
    walk.looks_well("a stranger");
}

#[test]
fn no_page_of_the_lab_violates_a_rule_in_light() {
    walk(LOOKS[0].0, LOOKS[0].1);
}

#[test]
fn no_page_of_the_lab_violates_a_rule_in_dark() {
    walk(LOOKS[1].0, LOOKS[1].1);
}

#[test]
fn no_page_of_the_lab_violates_a_rule_on_a_phone() {
    walk(LOOKS[2].0, LOOKS[2].1);
}
