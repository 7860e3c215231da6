/* SPDX-License-Identifier: LGPL-3.0-only */
import {Component, onWillStart, useState} from "@odoo/owl";
import {ControlPanel} from "@web/search/control_panel/control_panel";
import {useService} from "@web/core/utils/hooks";

const APP = "duebell.menu_root";

/** Above each view of the Billing app: what keeps messages from customers. */
export class DuebellStanding extends Component {
    static template = "duebell.Standing";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.menu = useService("menu");
        this.state = useState({alerts: [], manager: false});
        onWillStart(async () => {
            const app = this.menu.getCurrentApp();
            if (app && app.xmlid === APP) {
                Object.assign(this.state, await this.orm.call("duebell.settings", "standing", []));
            }
        });
    }

    open() {
        this.action.doAction("duebell.guard_open_action");
    }
}

ControlPanel.components = {...ControlPanel.components, DuebellStanding};
