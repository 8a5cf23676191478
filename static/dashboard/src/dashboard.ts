import { dates } from "./dates";
import { menus } from "./menus";
import { panels } from "./panels";
import { realtime } from "./realtime";

menus(document);
panels(document);
dates(document);
realtime(document);
