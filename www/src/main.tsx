// Where the page begins.

import { render } from "preact";
import { readAddress } from "./state/storage/address.js";
import { Page } from "./view/page.js";
import "./style/tokens.css";
import "./style/base.css";
import "./style/controls.css";
import "./style/masthead.css";
import "./style/desk.css";
import "./style/rows.css";
import "./style/details.css";
import "./style/streams.css";
import "./style/records.css";
import "./style/feed.css";
import "./style/flows.css";
import "./style/graph.css";

const place = document.getElementById("page");
if (place) render(<Page reading={readAddress(location.search)} />, place);
