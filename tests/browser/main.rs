//! Browser journeys in headless Chromium.
