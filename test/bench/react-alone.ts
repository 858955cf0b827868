/** The least a page of React can load; what our scripts are compared with. */
import { createRoot } from "react-dom/client";

createRoot(document.body).render("Hello");
