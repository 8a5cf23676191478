package server

import "html/template"

// icon returns a drawing by name, 16 units wide, in the colour of the text; "" for an unknown name.
func icon(name string) template.HTML { return icons(name) }

func icons(name string) template.HTML {
	const head, tail = `<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">`, `</svg>`
	switch name {
	case "calendar":
		return head + `<rect x="2" y="3" width="12" height="11" rx="2"/><path d="M2 6.5h12M5.5 1.5v3M10.5 1.5v3"/>` + tail
	case "down":
		return head + `<path d="M4 6l4 4 4-4"/>` + tail
	case "up-arrow":
		return head + `<path d="M8 13V3M4 7l4-4 4 4"/>` + tail
	case "down-arrow":
		return head + `<path d="M8 3v10M4 9l4 4 4-4"/>` + tail
	case "same":
		return head + `<path d="M3 8h10"/>` + tail
	case "right":
		return head + `<path d="M6 4l4 4-4 4"/>` + tail
	case "left":
		return head + `<path d="M10 4L6 8l4 4"/>` + tail
	case "globe":
		return head + `<circle cx="8" cy="8" r="6"/><path d="M2 8h12M8 2c2 1.8 2.8 3.800 2.800 6S10 12.200 8 14c-2-1.800-2.800-3.800-2.800-6S6 3.800 8 2z"/>` + tail
	case "theme":
		return head + `<circle cx="8" cy="8" r="6"/><path d="M8 2a6 6 0 010 12z" fill="currentColor"/>` + tail
	case "download":
		return head + `<path d="M8 2v8M5 7.500l3 3 3-3M2.500 13.500h11"/>` + tail
	case "search":
		return head + `<circle cx="7" cy="7" r="4.500"/><path d="M10.500 10.500L14 14"/>` + tail
	case "info":
		return head + `<circle cx="8" cy="8" r="6"/><path d="M8 7.500v3.500M8 5v.01"/>` + tail
	case "shield":
		return head + `<path d="M8 1.800l5 2v4c0 3-2 5.400-5 6.400-3-1-5-3.400-5-6.400v-4z"/><path d="M5.800 8l1.600 1.600L10.400 6.500"/>` + tail
	case "compare":
		return head + `<path d="M3 12l3.500-4 2.500 2 4-5"/><path d="M3 8l3-3" stroke-dasharray="1 2.500"/>` + tail
	case "mark":
		return head + `<path d="M4 2.500h8v11l-4-3-4 3z"/>` + tail
	case "close":
		return head + `<path d="M4.500 4.500l7 7M11.500 4.500l-7 7"/>` + tail
	case "leave":
		return head + `<path d="M9.500 2.500h-6v11h6M7 8h7M11.500 5.500L14 8l-2.500 2.500"/>` + tail
	}
	return ""
}
