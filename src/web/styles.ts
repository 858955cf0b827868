/** The order of the style sheets is part of the design: later ones may refine earlier ones. */
import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
import "./ui/tokens.css";
import "./ui/base.css";
import "./ui/controls.css";
import "./ui/overlay.css";
import "./board/frame.css";
import "./board/columns.css";
import "./board/card.css";
import "./ui/forced.css";
