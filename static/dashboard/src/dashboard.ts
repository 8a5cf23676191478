import { dates } from "./dates";
import { menus } from "./menus";
import { panels } from "./panels";

menus(document);
panels(document);
dates(document);
