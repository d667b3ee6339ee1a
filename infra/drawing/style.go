package drawing

// shape is a sign before a title, as the d of an SVG path of 18 by 18.
type shape string

// The shapes.
const (
	globe    shape = "M9 1.5a7.5 7.5 0 1 0 .01 0zM1.5 9h15M9 1.5c-4 4-4 11 0 15M9 1.5c4 4 4 11 0 15"
	fork     shape = "M9 1.5V7M9 7 3 15M9 7v8M9 7l6 8M7 15h4M1 15h4M13 15h4"
	door     shape = "M11 5V2H2v14h9v-3M6 9h11M14 6l3 3-3 3"
	servers  shape = "M2 2.5h14v5.5H2zM2 10h14v5.5H2zM5 5.2h1M5 12.8h1"
	plug     shape = "M1 9h7M8 9a4 4 0 1 0 8 0 4 4 0 1 0-8 0"
	bolt     shape = "M10.5 1 4 10h4.5L7.5 17 14 8H9.5z"
	cylinder shape = "M3 4c0-3 12-3 12 0v10c0 3-12 3-12 0zM3 4c0 3 12 3 12 0"
	grid     shape = "M2 3h14v12H2zM2 7h14M2 11h14M7 7v8"
	bucket   shape = "M2.5 4h13l-2 12h-9zM2.5 4c0-2.5 13-2.5 13 0"
	lock     shape = "M4 8h10v8H4zM6 8V5.5c0-4 6-4 6 0V8"
)

// style makes the drawing legible on light and on dark. It has paper of its own, for pages
// that are light where the system is dark: what an image is told about the page around it
// depends on the browser (CSS Media Queries Level 5, prefers-color-scheme; w3c/csswg-drafts
// issue 7213).
const style = `<style>
text { font: 12px system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif; fill: #1f2328 }
text.heading { font-size: 17px; font-weight: 600 }
text.title { font-size: 13px; font-weight: 600 }
text.zone, text.border { font-weight: 600; fill: #59636e }
text.faint { font-size: 11.5px; fill: #59636e }
text.label { font-weight: 600 }
.paper { fill: #ffffff }
.region { fill: #f6f8fa; stroke: #d1d9e0 }
.vpc { fill: #ffffff; stroke: #59636e }
.subnet.public { fill: #dafbe1 }
.subnet.private { fill: #ddf4ff }
.subnet.isolated { fill: #fbefff }
.frame { fill: #ffffff; stroke: #59636e; stroke-width: 1.25 }
.frame.public { stroke: #1a7f37 }
.frame.private { stroke: #0969da }
.frame.isolated { stroke: #8250df }
.frame.regional { stroke: #9a6700 }
.node { fill: #f6f8fa; stroke: #d1d9e0 }
.shape { fill: none; stroke: #59636e; stroke-width: 1.4; stroke-linejoin: round; stroke-linecap: round }
.shape.public { stroke: #1a7f37 }
.shape.private { stroke: #0969da }
.shape.isolated { stroke: #8250df }
.shape.regional { stroke: #9a6700 }
.arrow { fill: none; stroke: #1f2328; stroke-width: 1.5 }
.lead { fill: none; stroke: #59636e; stroke-width: 1.25; stroke-dasharray: 2 4 }
.head { fill: #1f2328 }
.frame.added, .node.added, .arrow.added, .lead.added { stroke: #1a7f37; stroke-width: 3 }
.frame.removed, .node.removed, .arrow.removed, .lead.removed { stroke: #d1242f; stroke-width: 3; stroke-dasharray: 6 4 }
text.added { fill: #1a7f37; font-weight: 700 }
text.removed { fill: #d1242f; font-weight: 700 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
text.zone, text.border, text.faint { fill: #9198a1 }
.paper { fill: #0d1117 }
.region { fill: #151b23; stroke: #3d444d }
.vpc { fill: #0d1117; stroke: #9198a1 }
.subnet.public { fill: #12261e }
.subnet.private { fill: #121d2f }
.subnet.isolated { fill: #221b33 }
.frame { fill: #151b23; stroke: #9198a1 }
.shape { stroke: #9198a1 }
.frame.public, .shape.public { stroke: #3fb950 }
.frame.private, .shape.private { stroke: #4493f8 }
.frame.isolated, .shape.isolated { stroke: #ab7df8 }
.frame.regional, .shape.regional { stroke: #d29922 }
.node { fill: #262c36; stroke: #3d444d }
.arrow { stroke: #f0f6fc }
.lead { stroke: #9198a1 }
.head { fill: #f0f6fc }
.frame.added, .node.added, .arrow.added, .lead.added { stroke: #3fb950 }
.frame.removed, .node.removed, .arrow.removed, .lead.removed { stroke: #f85149 }
text.added { fill: #3fb950 }
text.removed { fill: #f85149 }
}
</style>
<marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker>
`
